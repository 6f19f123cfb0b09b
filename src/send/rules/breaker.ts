import { type Breaker, CLOSED, isProbeDue, LONGEST_PAUSE_MS } from '../../domain/breaker.ts';
import type { Attempt } from '../../domain/execution.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/instant.ts';
import type { SubscriptionState } from '../../domain/subscription.ts';

/** An ended attempt, as far as the target's state depends on it. */
export type Ended = { result: AttemptResult; attempt: Pick<Attempt, 'is_probe' | 'error'> };

/** The state of a target after an attempt; the same object if nothing changed. */
export const stateAfter = (
  state: SubscriptionState,
  { result, attempt }: Ended,
  concurrency: number,
  nowMs: number,
): SubscriptionState => {
  const { is_probe, error } = attempt;
  const after = { ...state, ...afterAttempt(state, { result, is_probe }, concurrency, nowMs) };
  if (after.status !== state.status)
    return { ...after, status_ms: nowMs, status_reason: reasonOf(after, error) };
  return isSame(after, state) ? state : after;
};

const NAMES = ['failed_in_a_row', 'opened_ms', 'next_probe_ms', 'probes', 'width'] as const;

const isSame = (after: SubscriptionState, before: SubscriptionState): boolean =>
  NAMES.every((name) => after[name] === before[name]);

/** For people; quotes only the attempt's error, which is in our words. */
const reasonOf = ({ status, failed_in_a_row }: SubscriptionState, error: string | null): string | null => {
  if (status === 'open') return `${failed_in_a_row} attempts in a row failed: ${error ?? 'no reason given'}`;
  if (status === 'disabled') return error ?? 'the target is gone';
  return null;
};

/** `gone`: answered 410. */
export type AttemptResult = 'ok' | 'failed' | 'gone';

/** A target opens after this many failed attempts in a row, of any executions. */
export const OPENS_AFTER = 5;

/** A target that was open for this long is disabled. */
const GIVES_UP_MS = DAY_MS;

/**
 * The breaker after an attempt has ended. While it is open, a failure counts only if it is a probe's: other attempts
 * were in flight when it opened. A success always counts.
 * @param concurrency of the subscription: once a recovering target reaches it, its width is no longer limited
 */
export const afterAttempt = (
  breaker: Breaker,
  { result, is_probe }: { result: AttemptResult; is_probe: boolean },
  concurrency: number,
  nowMs: number,
): Breaker => {
  if (breaker.status === 'disabled' || breaker.status === 'deleted') return breaker;
  if (result === 'gone') return { ...breaker, status: 'disabled', next_probe_ms: null };
  if (result === 'ok') return afterSuccess(breaker, concurrency);
  if (breaker.status !== 'open') return afterFailure(breaker, nowMs);
  return is_probe ? afterFailedProbe(breaker, nowMs) : breaker;
};

/** A recovering target gets one request at a time; each success doubles that. */
const afterSuccess = (breaker: Breaker, concurrency: number): Breaker => {
  if (breaker.status === 'open') return { ...CLOSED, width: 1 };
  const width = breaker.width === null ? null : breaker.width * 2;
  return { ...breaker, failed_in_a_row: 0, width: width !== null && width < concurrency ? width : null };
};

const afterFailure = (breaker: Breaker, nowMs: number): Breaker => {
  const failed_in_a_row = breaker.failed_in_a_row + 1;
  if (failed_in_a_row < OPENS_AFTER || breaker.status === 'paused') return { ...breaker, failed_in_a_row };
  return {
    status: 'open',
    failed_in_a_row,
    opened_ms: nowMs,
    next_probe_ms: nowMs + pauseMs(0),
    probes: 0,
    width: null,
  };
};

const afterFailedProbe = (breaker: Breaker, nowMs: number): Breaker => {
  const failed_in_a_row = breaker.failed_in_a_row + 1;
  const probes = breaker.probes + 1;
  if (nowMs - (breaker.opened_ms ?? nowMs) >= GIVES_UP_MS)
    return { ...breaker, status: 'disabled', failed_in_a_row, probes, next_probe_ms: null };
  return { ...breaker, failed_in_a_row, probes, next_probe_ms: nowMs + pauseMs(probes) };
};

/** 1, 2, 4 … 30 minutes. */
const pauseMs = (probes: number): number => Math.min(LONGEST_PAUSE_MS, 2 ** probes * MINUTE_MS);

/** How many more attempts may start now: for an open target one probe, when it is due; none if paused or disabled. */
export const mayBegin = (breaker: Breaker, underWay: number, concurrency: number, nowMs: number): number => {
  if (breaker.status === 'active')
    return Math.max(0, Math.min(breaker.width ?? concurrency, concurrency) - underWay);
  if (breaker.status !== 'open' || underWay > 0) return 0;
  return isProbeDue(breaker, nowMs) ? 1 : 0;
};

/** The breaker after a person resumed the subscription, from any status. */
export const resumed = (): Breaker => CLOSED;
