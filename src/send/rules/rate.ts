/**
 * What is left of a rate. It fills by the time and each send takes one; it holds no more than comes in a twentieth of a
 * second, and one at least, so that no second has many more than its rate.
 */
export type Bucket = { left: number; at_ms: number };

const HOLDS_SECONDS = 1 / 20;

const SECOND_MS = 1_000;

const holds = (rate: number): number => Math.max(1, rate * HOLDS_SECONDS);

/** @param rate a second; null: no limit */
export const fullBucket = (rate: number | null, nowMs: number): Bucket => ({
  left: rate === null ? 0 : holds(rate),
  at_ms: nowMs,
});

/** A clock that was set back fills nothing. */
const filled = ({ left, at_ms }: Bucket, rate: number, nowMs: number): number =>
  Math.min(holds(rate), left + (Math.max(0, nowMs - at_ms) * rate) / SECOND_MS);

/** One is sent now. */
export const takeOne = (bucket: Bucket, rate: number | null, nowMs: number): Bucket =>
  rate === null ? bucket : { left: filled(bucket, rate, nowMs) - 1, at_ms: nowMs };

/** When one may be sent. */
export const readyMs = (bucket: Bucket, rate: number | null, nowMs: number): number =>
  rate === null ? nowMs : nowMs + waitMs(1 - filled(bucket, rate, nowMs), rate);

/** When a new bucket would allow no more than this one. */
export const fullMs = (bucket: Bucket, rate: number | null, nowMs: number): number =>
  rate === null ? nowMs : nowMs + waitMs(holds(rate) - filled(bucket, rate, nowMs), rate);

const waitMs = (lacks: number, rate: number): number =>
  lacks <= 1e-9 ? 0 : Math.max(1, Math.ceil((lacks * SECOND_MS) / rate));
