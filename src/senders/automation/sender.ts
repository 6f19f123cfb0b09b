import { jira } from '../jira/sender.ts';
import type { Sender } from '../sender.ts';

/**
 * Jira Automation's "Send web request" and JSM's legacy automation webhook. They name neither the delivery nor its
 * event in a header. An intermediary that signs for them uses Jira's scheme.
 */
export const automation: Sender = {
  headers: { identifier: null, event: null },
  scheme: jira.scheme,
  secret_goes:
    'In Jira, edit the rule and put it into a hidden header of "Send web request". It is lost when the rule is copied.',
  no_json: 'In Jira, edit the rule and choose "Issue data (Jira format)" as the body of the web request.',
};
