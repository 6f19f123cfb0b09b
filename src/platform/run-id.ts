import { decodeTime, encodeTime, ulid } from 'ulid';

/** A ULID for one invocation: 26 characters that sort by `nowMs`. */
export const newRunId = (nowMs: number): string => ulid(nowMs);

/** Epoch milliseconds in a run id. */
export const runIdTime = (runId: string): number => decodeTime(runId);

/** The least text that sorts at or after every run id of this millisecond and before those of the next. */
export const firstRunIdAt = (ms: number): string => encodeTime(ms, 10);
