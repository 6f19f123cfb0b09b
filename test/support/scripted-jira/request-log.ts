import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '../../../src/domain/json.ts';

/** A request; times by the server's own clock. `ended_at`: null while it is under way. */
export type Logged = {
  method: string;
  path: string;
  query: string;
  at: number;
  ended_at: number | null;
  body: JsonObject;
  headers: IncomingMessage['headers'];
};

/** The most requests that began within any second. */
export const mostASecond = (log: readonly Logged[]): number => {
  const starts = log.map(({ at }) => at).sort((a, b) => a - b);
  let from = 0;
  let most = 0;
  for (const [until, at] of starts.entries()) {
    while (at - (starts[from] ?? at) >= 1000) from += 1;
    most = Math.max(most, until - from + 1);
  }
  return most;
};
