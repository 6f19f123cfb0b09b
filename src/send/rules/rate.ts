/**
 * A token bucket. Time refills it and each send takes one token. It holds a twentieth of a second's tokens, at least
 * one, so that no second exceeds the rate by much.
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

/** The tokens now; a clock that was set back adds none. */
const filled = ({ left, at_ms }: Bucket, rate: number, nowMs: number): number =>
  Math.min(holds(rate), left + (Math.max(0, nowMs - at_ms) * rate) / SECOND_MS);

/** The bucket after one send. */
export const takeOne = (bucket: Bucket, rate: number | null, nowMs: number): Bucket =>
  rate === null ? bucket : { left: filled(bucket, rate, nowMs) - 1, at_ms: nowMs };

/** When the next may be sent. */
export const readyMs = (bucket: Bucket, rate: number | null, nowMs: number): number =>
  rate === null ? nowMs : nowMs + waitMs(1 - filled(bucket, rate, nowMs), rate);

/** When this bucket is full: from then on a new one would allow no more. */
export const fullMs = (bucket: Bucket, rate: number | null, nowMs: number): number =>
  rate === null ? nowMs : nowMs + waitMs(holds(rate) - filled(bucket, rate, nowMs), rate);

const waitMs = (lacks: number, rate: number): number =>
  lacks <= 1e-9 ? 0 : Math.max(1, Math.ceil((lacks * SECOND_MS) / rate));
