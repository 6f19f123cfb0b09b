import { createHmac } from 'node:crypto';

/** The value of `X-Hub-Signature` as Jira makes it, over the body's very bytes. A secret's text counts as UTF-8. */
export const signatureOf = (secret: string | Uint8Array, body: Uint8Array): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
