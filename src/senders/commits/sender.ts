import type { Sender } from '../sender.ts';

/** Our own format. */
export const commits: Sender = {
  headers: { identifier: null, event: null },
  scheme: { hmac: ['x-hub-signature-256'] },
  secret_goes: 'Give it to whatever sends commits: npm run commits reads it from COMMITS_WEBHOOK_SECRET.',
};
