import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { exchange } from '../shared/exchange.ts';
import type { Headers } from './headers.ts';

/** An answer, or the code of what kept it from coming (`ECONNREFUSED`). */
export type Reply =
  | { kind: 'answered'; status: number; retry_after: string | undefined; body: string }
  | { kind: 'failed'; code: string };

/** Jira waits 20 s for an answer. */
const ANSWER_MS = 20_000;

export type Post = (headers: Headers, body: Buffer) => Promise<Reply>;

/** Sends bodies to one address, over connections that stay open; never throws. */
export const createPost = (url: URL, connections: number): Post => {
  const isTls = url.protocol === 'https:';
  const agent = new (isTls ? TlsAgent : Agent)({ keepAlive: true, maxSockets: connections });
  return async (headers, body) => {
    const answer = await exchange({ method: 'POST', url, headers, body, agent, timeout_ms: ANSWER_MS });
    if (answer.kind === 'failed') return answer;
    const retry_after = answer.headers['retry-after'];
    return { kind: 'answered', status: answer.status, retry_after, body: answer.body };
  };
};
