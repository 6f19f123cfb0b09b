import type { Clock } from '../platform/clock.ts';
import { requestDeadline } from '../platform/deadline.ts';
import { newRunId } from '../platform/run-id.ts';

/** One invocation: its ULID, when it began, and the signal that ends its AWS calls. */
export type Run = { run_id: string; received_ms: number; signal: AbortSignal };

export const startRun = (clock: Clock): Run => {
  const received_ms = clock();
  return { run_id: newRunId(received_ms), received_ms, signal: requestDeadline() };
};
