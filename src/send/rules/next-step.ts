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

/** By then every attempt of a lane has ended: the function that runs it has five minutes. */
const ALL_ENDED_MS = (SEND_MINUTES + 0.75) * MINUTE_MS;

/** When a lane that starts now stops starting attempts. */
export const endMs = (nowMs: number, timeoutSeconds: number): number =>
  nowMs + Math.min(SEND_MINUTES * MINUTE_MS, ALL_ENDED_MS - timeoutSeconds * 1_000);

/** How often a working lane looks for what else is due. */
const LOOKS_AGAIN_MS = 500;

/** How often it looks while something may be due that the index does not show yet. */
const LOOKS_CLOSELY_MS = 250;

/** The part of a subscription that a lane's next step depends on. */
type Sendable = Pick<Subscription, 'concurrency' | 'rate_per_second'> & SubscriptionState;

/** The state of a working lane. */
export type Lane = {
  subscription: Sendable;
  /** Executions known to be due, oldest first. */
  waiting: Readonly<Record<Priority, readonly Execution[]>>;
  under_way: number;
  /** How many this lane has sent. */
  turn: number;
  bucket: Bucket;
  /** When it last looked for what is due; null: never, or something has changed since. */
  looked_ms: number | null;
  /** The priorities of which the last look showed everything. */
  saw_all: Readonly<Record<Priority, boolean>>;
  /** Another process wanted the lane: only a look that starts after this time is sure to show what is due. */
  wanted_until_ms: number;
  ends_ms: number;
};

/** `until_ms` null: until an attempt in progress ends. */
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

/** A probe takes the oldest of the highest priority: once the target is back, what matters most was sent first. */
const nextOf = ({ waiting, turn, subscription }: Lane): Execution | null => {
  const waits = (priority: Priority): boolean => waiting[priority].length > 0;
  const priority = subscription.status === 'open' ? PRIORITIES.find(waits) : pickNext(turn, waits);
  return (priority && waiting[priority][0]) ?? null;
};

/** When to look again; null: it has seen everything, and need not look before it leaves. */
const nextLookMs = (lane: Lane, lookedMs: number, isEmpty: boolean): number | null => {
  const { waiting, saw_all } = lane;
  // Otherwise lower priorities would be sent in place of executions that were not seen yet.
  if (PRIORITIES.some((priority) => !saw_all[priority] && waiting[priority].length === 0)) return lookedMs;
  if (isEmpty && lookedMs < lane.wanted_until_ms) return lookedMs + LOOKS_CLOSELY_MS;
  return lane.under_way > 0 || !isEmpty ? lookedMs + LOOKS_AGAIN_MS : null;
};

/** A new lane starts with a full bucket, so this one stays until its own is full. */
const atRest = ({ bucket, subscription }: Lane, nowMs: number): Step => {
  const full = fullMs(bucket, subscription.rate_per_second, nowMs);
  return full > nowMs ? { do: 'wait', until_ms: full } : { do: 'leave' };
};

/** Of ten attempts, six are of high priority, three of normal and one of low, while all three have executions due. */
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
 * The priority whose oldest execution is sent next; null when nothing waits. If the priority of this turn has nothing
 * to send, the highest that has is taken.
 * @param turn how many were sent before
 */
export const pickNext = (turn: number, waits: (priority: Priority) => boolean): Priority | null => {
  const own = TURNS[turn % TURNS.length];
  if (own !== undefined && waits(own)) return own;
  return PRIORITIES.find(waits) ?? null;
};
