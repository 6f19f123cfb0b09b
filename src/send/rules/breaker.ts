import { type Breaker, CLOSED, isProbeDue, LONGEST_PAUSE_MS } from '../../domain/breaker.ts';
import type { Attempt } from '../../domain/execution.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/instant.ts';
import type { SubscriptionState } from '../../domain/subscription.ts';

/** An attempt as a target's state sees it. */
export type Ended = { result: AttemptResult; attempt: Pick<Attempt, 'is_probe' | 'error'> };

/** How a target is doing after an attempt; the same object when nothing about it is new. */
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

/** For people; says nothing but what the attempt says in our words. */
const reasonOf = ({ status, failed_in_a_row }: SubscriptionState, error: string | null): string | null => {
  if (status === 'open') return `${failed_in_a_row} attempts in a row failed: ${error ?? 'no reason given'}`;
  if (status === 'disabled') return error ?? 'the target is gone';
  return null;
};

/** `gone`: answered 410. */
export type AttemptResult = 'ok' | 'failed' | 'gone';

/** Failed attempts in a row, of whichever executions, after which a target is left alone. */
export const OPENS_AFTER = 5;

/** A target that has failed for so long is asked no more. */
const GIVES_UP_MS = DAY_MS;

/**
 * The breaker after an attempt has ended. What was under way when it opened, and was no probe, tells nothing new when it
 * fails; a success is one, whoever had it.
 * @param concurrency of the subscription, at which a target that came back is whole again
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

/** It comes back one at a time, and twice as many with each success. */
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

/** How many more may begin now: none of a target that is not asked, one probe of an open one when it is due. */
export const mayBegin = (breaker: Breaker, underWay: number, concurrency: number, nowMs: number): number => {
  if (breaker.status === 'active')
    return Math.max(0, Math.min(breaker.width ?? concurrency, concurrency) - underWay);
  if (breaker.status !== 'open' || underWay > 0) return 0;
  return isProbeDue(breaker, nowMs) ? 1 : 0;
};

/** A person resumes it, from whatever it is. */
export const resumed = (): Breaker => CLOSED;
