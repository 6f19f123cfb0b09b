import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { backoffMs } from '../../platform/retry.ts';
import { exchange } from '../shared/exchange.ts';
import type { Headers } from './delivery.ts';

/** An answer, or the error code of the failure (`ECONNREFUSED`). */
export type Reply =
  | { kind: 'answered'; status: number; retry_after: string | undefined; body: string }
  | { kind: 'failed'; code: string };

/** Jira waits 20 s for an answer. */
const ANSWER_MS = 20_000;

/** `to`: another address of the same receiver. */
export type Post = (headers: Headers, body: Buffer, to?: URL) => Promise<Reply>;

/** Sends bodies to one address over keep-alive connections; never throws. */
export const createPost = (url: URL, connections: number): Post => {
  const isTls = url.protocol === 'https:';
  const agent = new (isTls ? TlsAgent : Agent)({ keepAlive: true, maxSockets: connections });
  return async (headers, body, to = url) => {
    const answer = await exchange({ method: 'POST', url: to, headers, body, agent, timeout_ms: ANSWER_MS });
    if (answer.kind === 'failed') return answer;
    const retry_after = answer.headers['retry-after'];
    return { kind: 'answered', status: answer.status, retry_after, body: answer.body };
  };
};

/** Retries of a delivery, as many as Jira Cloud makes. */
export const MOST_RESENDS = 5;

/** A `Retry-After` is honoured up to this (milliseconds): a person waits at the terminal. */
export const MOST_RETRY_AFTER_MS = 2_000;

const PAUSE = { first_ms: 250, longest_ms: 4_000, by_chance: 0.5 };

/** Jira Cloud retries after these, 5xx and connection failures; anything else is final. */
const RESENT = [408, 409, 425, 429];

/** The result of one delivery: its last answer, how long that took, and how often it was sent. */
export type Sent = { reply: Reply; ms: number; sends: number };

/** True if the same delivery may succeed later. */
export const isWorthResending = (reply: Reply): boolean =>
  reply.kind === 'failed' || reply.status >= 500 || RESENT.includes(reply.status);

/**
 * Milliseconds before the `resend`th retry (from 0): exponential backoff with jitter in its upper half, so that
 * concurrent senders spread, and at least the bounded `Retry-After`.
 * @param chance from 0 to 1
 */
export const pauseMs = (resend: number, reply: Reply, chance: number): number =>
  Math.max(backoffMs(resend + 1, chance, PAUSE), retryAfterMs(reply));

const retryAfterMs = (reply: Reply): number => {
  const seconds = reply.kind === 'answered' ? Number(reply.retry_after) : 0;
  return Number.isFinite(seconds) ? Math.min(seconds * 1_000, MOST_RETRY_AFTER_MS) : 0;
};

/** Sends until the answer is final or it was retried five times. */
export const sendUntilFinal = async (
  send: () => Promise<Reply>,
  pause: (ms: number) => Promise<unknown>,
  chance: () => number,
): Promise<Sent> => {
  for (let sends = 1; ; sends++) {
    const start = performance.now();
    const reply = await send();
    const ms = performance.now() - start;
    if (!isWorthResending(reply) || sends > MOST_RESENDS) return { reply, ms, sends };
    await pause(pauseMs(sends - 1, reply, chance()));
  }
};
