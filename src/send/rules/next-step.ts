import { SEND_MINUTES } from '../../contract/functions.ts';
import type { Execution } from '../../domain/execution.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import {
  PRIORITIES,
  type Priority,
  type Subscription,
  type SubscriptionState,
} from '../../domain/subscription.ts';
import { mayBegin } from './breaker.ts';
import { type Bucket, fullMs, readyMs } from './rate.ts';

/** What begins in a lane has ended by then: the function that runs it has five minutes. */
const ALL_ENDED_MS = (SEND_MINUTES + 0.75) * MINUTE_MS;

/** When a lane that begins now begins nothing more. */
export const endMs = (nowMs: number, timeoutSeconds: number): number =>
  nowMs + Math.min(SEND_MINUTES * MINUTE_MS, ALL_ENDED_MS - timeoutSeconds * 1_000);

/** While it works it looks so often what else has become due. */
const LOOKS_AGAIN_MS = 500;

/** And so often while something may be due that the index does not show yet. */
const LOOKS_CLOSELY_MS = 250;

/** What may be sent and how, as far as a lane's next step depends on it. */
type Sendable = Pick<Subscription, 'concurrency' | 'rate_per_second'> & SubscriptionState;

/** What a lane knows while it is at work. */
export type Lane = {
  subscription: Sendable;
  /** What is known to be due, oldest first. */
  waiting: Readonly<Record<Priority, readonly Execution[]>>;
  under_way: number;
  /** How many were sent before. */
  turn: number;
  bucket: Bucket;
  /** When it last looked what is due; null: it has not, or something has changed since. */
  looked_ms: number | null;
  /** Of which priorities that look showed all there was. */
  saw_all: Readonly<Record<Priority, boolean>>;
  /** Somebody wanted the lane: only a look that begins after this is sure to show why. */
  wanted_until_ms: number;
  ends_ms: number;
};

/** `until_ms` null: until something under way ends. */
export type Step =
  | { do: 'look' }
  | { do: 'send'; execution: Execution; is_probe: boolean }
  | { do: 'wait'; until_ms: number | null }
  | { do: 'leave' };

/** What a lane does next. */
export const nextStep = (lane: Lane, nowMs: number): Step => {
  const { subscription, under_way } = lane;
  const leave: Step = under_way > 0 ? { do: 'wait', until_ms: null } : { do: 'leave' };
  if (nowMs >= lane.ends_ms) return leave;
  if (lane.looked_ms === null) return { do: 'look' };
  const room = mayBegin(subscription, under_way, subscription.concurrency, nowMs);
  if (room === 0) return leave;
  const next = nextOf(lane);
  const lookMs = nextLookMs(lane, lane.looked_ms, next === null);
  if (lookMs !== null && nowMs >= lookMs) return { do: 'look' };
  if (next === null) return lookMs === null ? atRest(lane, nowMs) : { do: 'wait', until_ms: lookMs };
  const ready = readyMs(lane.bucket, subscription.rate_per_second, nowMs);
  if (ready > nowMs) return { do: 'wait', until_ms: Math.min(ready, lookMs ?? ready) };
  return { do: 'send', execution: next, is_probe: subscription.status === 'open' };
};

/** A probe is the oldest of the highest priority, because what matters most shows first that all is well. */
const nextOf = ({ waiting, turn, subscription }: Lane): Execution | null => {
  const waits = (priority: Priority): boolean => waiting[priority].length > 0;
  const priority = subscription.status === 'open' ? PRIORITIES.find(waits) : pickNext(turn, waits);
  return (priority && waiting[priority][0]) ?? null;
};

/** When it is to look again; null: it has seen all, and nothing that it sees later would be missed. */
const nextLookMs = (lane: Lane, lookedMs: number, isEmpty: boolean): number | null => {
  const { waiting, saw_all } = lane;
  // Else lower ones would be sent in the place of those that it has not seen.
  if (PRIORITIES.some((priority) => !saw_all[priority] && waiting[priority].length === 0)) return lookedMs;
  if (isEmpty && lookedMs < lane.wanted_until_ms) return lookedMs + LOOKS_CLOSELY_MS;
  return lane.under_way > 0 || !isEmpty ? lookedMs + LOOKS_AGAIN_MS : null;
};

/** A new lane begins with a full bucket: so this one stays until its own is full. */
const atRest = ({ bucket, subscription }: Lane, nowMs: number): Step => {
  const full = fullMs(bucket, subscription.rate_per_second, nowMs);
  return full > nowMs ? { do: 'wait', until_ms: full } : { do: 'leave' };
};

/** Of ten that are sent, six are of high priority, three of normal and one of low, while all have some. */
const TURNS: readonly Priority[] = [
  'high',
  'normal',
  'high',
  'high',
  'normal',
  'high',
  'low',
  'high',
  'normal',
  'high',
];

/**
 * The priority whose oldest is sent next; null when nothing waits. A turn that has nothing to send goes to the highest
 * that has.
 * @param turn how many were sent before
 */
export const pickNext = (turn: number, waits: (priority: Priority) => boolean): Priority | null => {
  const own = TURNS[turn % TURNS.length];
  if (own !== undefined && waits(own)) return own;
  return PRIORITIES.find(waits) ?? null;
};
