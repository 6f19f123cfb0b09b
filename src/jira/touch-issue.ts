import * as z from 'zod/mini';
import type { JiraClient } from './client.ts';
import { JiraError } from './jira-error.ts';

export const TOUCH_LABEL = 'jira-webhook-sync-check';

/** Adds a label to an issue and removes it again: two changes, each delivered by a webhook. */
export const touchIssue = async (client: JiraClient, key: string): Promise<void> => {
  const change = (operation: 'add' | 'remove'): Promise<unknown> =>
    client.send({
      method: 'PUT',
      path: `/rest/api/2/issue/${encodeURIComponent(key)}`,
      body: { update: { labels: [{ [operation]: TOUCH_LABEL }] } },
      answer: z.unknown(),
    });
  await change('add');
  await change('remove').catch(nameRest);
};

/** The label is already set, so the error must say that it is still there. */
const nameRest = (fault: unknown): never => {
  if (!(fault instanceof JiraError)) throw fault;
  throw new JiraError(
    fault.fault,
    `${fault.message} The label ${TOUCH_LABEL} is still on the issue: remove it in Jira, or check again.`,
    fault.not_before,
  );
};
