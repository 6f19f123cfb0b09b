import { createHmac } from 'node:crypto';

/** The value of `X-Hub-Signature` as Jira makes it, over the body's very bytes. */
export const signatureOf = (secret: string, body: Uint8Array): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
