import type { Attempt } from '../../domain/execution.ts';
import type { SubscriptionState } from '../../domain/subscription.ts';
import { type AttemptResult, afterAttempt } from './breaker.ts';

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
