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
