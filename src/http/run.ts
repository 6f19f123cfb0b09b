import { type Clock, type Moment, momentOf } from '../platform/clock.ts';
import { requestDeadline } from '../platform/deadline.ts';
import { newRunId } from '../platform/run-id.ts';

/** One invocation: its ULID, when it began (`received_ms` is shown and stored), and the signal that ends its AWS calls. */
export type Run = { run_id: string; received_ms: number; began: Moment; signal: AbortSignal };

/** Ends a request's AWS calls; a longer one than ours is for tests on a machine that is slow or shared. */
export type Deadline = () => AbortSignal;

export const startRun = (clock: Clock, deadline: Deadline = requestDeadline): Run => {
  const began = momentOf(clock);
  const received_ms = began.wall;
  return { run_id: newRunId(received_ms), received_ms, began, signal: deadline() };
};
