import { HOPS_HEADER } from '../../domain/hops.ts';
import type { Subscription, Target } from '../../domain/subscription.ts';
import { wrongHeader } from '../../domain/target-headers.ts';
import type { SigningKeys } from '../../verify/signing-keys.ts';
import { signatureHeaders } from './sign.ts';

/** What is said to a target, whatever becomes of it. */
export type Message = {
  /** Stays the same over all tries. */
  id: string;
  attempt: number;
  hops: number;
  body: Uint8Array;
  content_type: string;
};

/**
 * All headers of a request but those of the connection. Ours come last: no header that people chose replaces one.
 * @param keys null where nothing is signed
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

/** Rows of older code may hold one that is refused today. */
const chosen = ({ headers }: Target): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      wrongHeader(name, value) === null ? [[name.toLowerCase(), value]] : [],
    ),
  );
