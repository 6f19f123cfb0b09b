import type { Sender } from '../sender.ts';

export const bitbucket: Sender = {
  headers: { identifier: 'x-request-uuid', event: 'x-event-key' },
  scheme: { hmac: ['x-hub-signature'] },
  secret_goes: 'In Bitbucket, edit the webhook (Repository settings > Webhooks) and put it into "Secret".',
};
