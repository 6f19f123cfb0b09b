import { MINUTE_MS } from './instant.ts';

/**
 * How a target is doing. `open`: it fails, and all but a probe waits. `disabled`: nobody asks it any more until a person
 * resumes it. `paused`: a person wants it so. `deleted`: nothing is sent any more, and what waits is cancelled.
 */
export type Breaker = {
  status: 'active' | 'paused' | 'open' | 'disabled' | 'deleted';
  failed_in_a_row: number;
  opened_ms: number | null;
  next_probe_ms: number | null;
  /** Probes that failed since it opened. */
  probes: number;
  /** How many may be under way at once while it comes back; null: as many as the subscription says. */
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

/** An open target is asked again after this at the latest. */
export const LONGEST_PAUSE_MS = 30 * MINUTE_MS;

/** Whether an open target is to be asked. A time that lies further ahead than any pause is of a clock that was wrong. */
export const isProbeDue = ({ next_probe_ms }: Pick<Breaker, 'next_probe_ms'>, nowMs: number): boolean =>
  next_probe_ms === null || nowMs >= next_probe_ms || next_probe_ms - nowMs > LONGEST_PAUSE_MS + MINUTE_MS;
