import { randomFillSync } from 'node:crypto';
import { decodeTime, encodeTime, ulid } from 'ulid';

/** Random bytes for many ids: the library's own source calls the system for each of 16 characters. */
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

/** A ULID: 26 characters that sort by `nowMs`. */
export const newRunId = (nowMs: number): string => ulid(nowMs, random);

/** A ULID: 128 bits in Crockford's base 32, so its first digit is at most 7. https://github.com/ulid/spec */
export const RUN_ID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** The least text that sorts at or after every run id of this millisecond and before those of the next. */
export const firstRunIdAt = (ms: number): string => encodeTime(ms, 10);

/** Epoch milliseconds at which a run id was created. */
export const runIdTime = (runId: string): number => decodeTime(runId);
