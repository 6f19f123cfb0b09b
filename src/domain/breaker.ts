import { MINUTE_MS } from './instant.ts';

/**
 * The state of a target. `open`: it keeps failing; only probes are sent. `disabled`: nothing is sent until a person
 * resumes it. `paused`: a person paused it. `deleted`: nothing is sent again; queued executions are cancelled.
 */
export type Breaker = {
  status: 'active' | 'paused' | 'open' | 'disabled' | 'deleted';
  failed_in_a_row: number;
  opened_ms: number | null;
  next_probe_ms: number | null;
  /** Probes that failed since it opened. */
  probes: number;
  /** Maximum concurrent requests while the target recovers; null: the subscription's `concurrency`. */
  width: number | null;
};

export const CLOSED: Breaker = {
  status: 'active',
  failed_in_a_row: 0,
  opened_ms: null,
  next_probe_ms: null,
  probes: 0,
  width: null,
};

/** The longest pause between probes of an open target. */
export const LONGEST_PAUSE_MS = 30 * MINUTE_MS;

/** Whether an open target is due for a probe. A time further ahead than any pause was written by a wrong clock. */
export const isProbeDue = ({ next_probe_ms }: Pick<Breaker, 'next_probe_ms'>, nowMs: number): boolean =>
  next_probe_ms === null || nowMs >= next_probe_ms || next_probe_ms - nowMs > LONGEST_PAUSE_MS + MINUTE_MS;
