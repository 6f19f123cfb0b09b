import type { Sender } from '../sender.ts';

/** Jira Cloud, Data Center and intermediaries: they differ in the header of the signature. */
export const jira: Sender = {
  headers: { identifier: 'x-atlassian-webhook-identifier', event: null },
  scheme: {
    hmac: [
      'x-hub-signature',
      'x-hub-signature-256',
      'x-atlassian-webhook-signature',
      'x-atlassian-signature',
      'x-jira-webhook-signature',
    ],
  },
  secret_goes:
    'In Jira, edit the webhook (System > WebHooks) and put it into "Secret". Do so for every webhook that delivers here.',
  no_json: 'In Jira, edit the webhook and switch off "Exclude body". Nothing on the way may change the body.',
};
