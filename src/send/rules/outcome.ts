import type { Attempt, Execution, ExecutionResult } from '../../domain/execution.ts';
import { HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import type { Retry } from '../../domain/subscription.ts';
import type { AttemptResult } from './breaker.ts';

/** The outcome of an attempt. */
export type Outcome = {
  result: AttemptResult;
  attempt: Attempt;
  /** How long the target asked to wait; null if it did not. */
  retry_after_ms: number | null;
  answer: ExecutionResult | null;
};

/** An execution claimed this often without a stored attempt crashes its sender, and is not sent again. */
const MOST_CLAIMS = 3;

type Then = { retry: Retry; now_ms: number; chance: number };

/**
 * A claimed execution after its attempt. A failed probe, or an attempt that disabled its target (410), does not count
 * as a try: the execution waits as before.
 * @param dueMs when it was due before it was claimed, which keeps its place in the order
 */
export const afterTry = (claimed: Execution, dueMs: number, outcome: Outcome, then: Then): Execution => {
  const { result, attempt, answer } = outcome;
  const attempted = { ...claimed, attempts: attempt.attempt, claims: 0 };
  if (result === 'ok') return ended(counted(attempted), 'completed', null, answer, then.now_ms);
  const reason = attempt.error;
  if (result === 'gone' || attempt.is_probe) return { ...attempted, status: 'queued', reason, due_ms: dueMs };
  const tried = counted(attempted);
  const due_ms = nextTryMs(then.retry, tried.tries, outcome.retry_after_ms, then.now_ms, then.chance);
  if (due_ms === null) return ended(tried, 'failed', reason, answer, then.now_ms);
  return { ...tried, status: 'queued', reason, due_ms };
};

const counted = (execution: Execution): Execution => ({ ...execution, tries: execution.tries + 1 });

const ended = (
  execution: Execution,
  status: 'completed' | 'failed' | 'cancelled',
  reason: string | null,
  result: ExecutionResult | null,
  nowMs: number,
): Execution => ({ ...execution, status, reason, result, due_ms: null, completed_ms: nowMs });

/** Whether it was claimed so often without an attempt that it seems to crash each sender. */
export const isCrashed = ({ claims }: Execution): boolean => claims >= MOST_CLAIMS;

export const crashed = (execution: Execution, nowMs: number): Execution =>
  ended(execution, 'failed', 'crashed', null, nowMs);

/** Why an execution is cancelled. */
type Cancelled = 'subscription-deleted' | 'event-gone';

export const cancelled = (execution: Execution, why: Cancelled, nowMs: number): Execution =>
  ended(execution, 'cancelled', why, null, nowMs);

/**
 * The execution after its claim was given back with nothing sent.
 * @param dueMs when it is due again
 * @param counts whether the claim counts: as far as is known, the execution itself was at fault
 */
export const givenBack = (claimed: Execution, dueMs: number, counts: boolean): Execution => ({
  ...claimed,
  status: 'queued',
  due_ms: dueMs,
  claims: counts ? claimed.claims : claimed.claims - 1,
});

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

/** Jitter, as a part of the wait, so that executions that failed together are not retried together. */
const BY_CHANCE = 0.2;

/** `Retry-After` of a target is honoured up to this. */
const LONGEST_ASKED_MS = HOUR_MS;

/**
 * When a failed execution is retried; null when no tries are left.
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
