import type { Sender } from '../sender.ts';

/** GitHub also sends a SHA-1 signature as `X-Hub-Signature`, which does not count. */
export const github: Sender = {
  headers: { identifier: 'x-github-delivery', event: 'x-github-event' },
  scheme: { hmac: ['x-hub-signature-256'] },
  secret_goes: 'In GitHub, edit the webhook (Settings > Webhooks) and put it into "Secret".',
};
