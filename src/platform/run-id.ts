import { randomFillSync } from 'node:crypto';
import { decodeTime, encodeTime, ulid } from 'ulid';

/** Random bytes for many ids: the library's own source asks the system once for each of 16 characters. */
const pool = Buffer.alloc(1024);
let next = pool.length;

const random = (): number => {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const byte = pool[next] ?? 0;
  next += 1;
  return byte / 256;
};

/** A ULID for one invocation: 26 characters that sort by `nowMs`. */
export const newRunId = (nowMs: number): string => ulid(nowMs, random);

/** A ULID: Crockford's base 32, whose first digit is at most 7: 128 bits. https://github.com/ulid/spec */
export const RUN_ID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** The least text that sorts at or after every run id of this millisecond and before those of the next. */
export const firstRunIdAt = (ms: number): string => encodeTime(ms, 10);

/** Epoch milliseconds at which a run id was made. */
export const runIdTime = (runId: string): number => decodeTime(runId);
