import { createHmac } from 'node:crypto';
import type { Signature } from '../../domain/subscription.ts';
import type { SigningKeys } from '../../verify/signing-keys.ts';

/** What is signed: the bytes of the body, and for Standard Webhooks id and time (in seconds) with them. */
export type Signed = { id: string; timestamp: number; body: Uint8Array };

/**
 * The header that proves who sent a body. `standard` carries a signature of each key while both are in force; `hub-sha256`
 * has room for one, which is the previous key's for as long as receivers take it: they may not know the new one yet.
 */
export const signatureHeaders = (
  signature: Signature,
  { current, previous }: SigningKeys,
  signed: Signed,
): Record<string, string> => {
  if (signature === 'none') return {};
  if (signature === 'hub-sha256') {
    const digest = createHmac('sha256', previous ?? current).update(signed.body);
    return { 'x-hub-signature-256': `sha256=${digest.digest('hex')}` };
  }
  const keys = previous === null ? [current] : [current, previous];
  return { 'webhook-signature': keys.map((key) => `v1,${standardDigest(key, signed)}`).join(' ') };
};

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const standardDigest = (key: Buffer, { id, timestamp, body }: Signed): string =>
  createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
