import { createHmac } from 'node:crypto';
import { HOPS_HEADER } from '../../domain/hops.ts';
import type { Signature, Subscription, Target } from '../../domain/subscription.ts';
import { wrongHeader } from '../../domain/target-headers.ts';
import type { SigningKeys } from '../../verify/credential-key.ts';

/** A message to a target. */
export type Message = {
  /** The same for all tries. */
  id: string;
  attempt: number;
  hops: number;
  body: Uint8Array;
  content_type: string;
};

/**
 * All headers of a request but those of the connection. Ours come last, so that no configured header replaces them.
 * @param keys null if nothing is signed
 */
export const requestHeaders = (
  target: Target,
  signature: Subscription['signature'],
  keys: SigningKeys | null,
  { id, attempt, hops, body, content_type }: Message,
  nowMs: number,
): Record<string, string> => {
  const timestamp = Math.floor(nowMs / 1_000);
  return {
    accept: '*/*',
    'user-agent': 'jira-webhook-sync',
    ...chosen(target),
    'accept-encoding': 'identity',
    'content-type': content_type,
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-attempt': String(attempt),
    [HOPS_HEADER]: String(hops),
    ...(keys === null ? {} : signatureHeaders(signature, keys, { id, timestamp, body })),
  };
};

/** The configured headers. Rows written by older code may hold headers that are refused today: these are left out. */
const chosen = ({ headers }: Target): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      wrongHeader(name, value) === null ? [[name.toLowerCase(), value]] : [],
    ),
  );

/** What is signed: the bytes of the body; for Standard Webhooks also the id and the time (in seconds). */
type Signed = { id: string; timestamp: number; body: Uint8Array };

/**
 * The header that proves who sent a body. `standard` carries a signature of each key while both are in force;
 * `hub-sha256` has room for one: that of the previous key while it is in force, as receivers may not have the new one.
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
