import { HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import type { Retry } from '../../domain/subscription.ts';

const SECOND_MS = 1_000;

/** Waits before the second try, the third and so on. */
const WAITS: Record<Retry, readonly number[]> = {
  default: [30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS],
  standard: [
    5 * SECOND_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    10 * HOUR_MS,
  ],
};

/** Part of a wait that is added by chance, so that what failed together does not come back together. */
const BY_CHANCE = 0.2;

/** What a target asks for with `Retry-After` is kept up to this. */
const LONGEST_ASKED_MS = HOUR_MS;

/**
 * When a failed execution is tried again; null when it was tried often enough.
 * @param tries how often it was tried, at least once
 * @param retryAfterMs how long its target asked to wait; null when it did not
 * @param chance from 0 to 1
 */
export const nextTryMs = (
  retry: Retry,
  tries: number,
  retryAfterMs: number | null,
  nowMs: number,
  chance: number,
): number | null => {
  const wait = WAITS[retry][tries - 1];
  if (wait === undefined) return null;
  const asked = Math.min(LONGEST_ASKED_MS, Math.max(0, retryAfterMs ?? 0));
  return nowMs + Math.max(asked, Math.round(wait * (1 + BY_CHANCE * chance)));
};
