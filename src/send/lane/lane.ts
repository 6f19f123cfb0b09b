import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { nextStep, type Step } from '../rules/next-step.ts';
import { takeOne } from '../rules/rate.ts';
import { look } from './look.ts';
import { sendOne } from './send-one.ts';
import { type LaneDeps, openWork, RENEWS_MS, type Work } from './work.ts';

/**
 * `left`: nothing was due any more, or its time was over. `lost`: another process has taken the lane. `busy`: another
 * process holds it. `asleep`: nothing may be sent to its target now.
 */
export type LaneReport = { end: 'left' | 'lost' | 'busy' | 'asleep'; sent: number };

/** A lane that works in this process. */
export type RunningLane = {
  done: Promise<LaneReport>;
  /** Tells it that something is due. False: the lane has ended, and the caller must start another one. */
  wake(executionIds: readonly string[]): boolean;
};

const RENEWS_AGAIN_MS = 5_000;

/** A lane that could not be renewed for this long may belong to another process by now. */
const SURELY_OURS_MS = 75_000;

/** How much the index may lag behind a row. */
const INDEX_MS = 1_000;

/** Works in the lane of a subscription until nothing is due. @param row as just read */
export const startLane = (deps: LaneDeps, row: SubscriptionRow): RunningLane => {
  const work = openWork(deps, row);
  return { done: run(work), wake: (ids) => wake(work, ids) };
};

const wake = (work: Work, executionIds: readonly string[]): boolean => {
  if (work.has_ended) return false;
  for (const id of executionIds) work.hinted.add(id);
  work.is_woken = true;
  work.looked_ms = null;
  work.bell.ring();
  return true;
};

const run = async (work: Work): Promise<LaneReport> => {
  work.deps.stop.addEventListener('abort', work.bell.ring);
  try {
    if ((await work.deps.rows.take()) === 'busy') return { end: 'busy', sent: 0 };
    do await workOn(work);
    while (!(await isGivenBack(work)));
    return { end: work.is_lost ? 'lost' : 'left', sent: work.turn };
  } catch (fault) {
    await giveUp(work);
    throw fault;
  } finally {
    work.deps.stop.removeEventListener('abort', work.bell.ring);
    work.has_ended = true;
  }
};

/** Lets attempts in progress be stored, whatever else failed, and returns the lane so that it is free before expiry. */
const giveUp = async (work: Work): Promise<void> => {
  work.ends_ms = 0;
  await Promise.all(work.begun.values());
  await work.keeper.flush();
  // If the lane is wanted, the first call only clears the mark; the second returns the lane, unless it is wanted again.
  for (let times = 0; times < 2; times += 1) await work.deps.rows.giveBack().catch(() => {});
};

/** Works until there is nothing left to do. */
const workOn = async (work: Work): Promise<void> => {
  for (;;) {
    await keepLane(work);
    if (work.deps.stop.aborted) work.ends_ms = 0;
    const step = nextStep(work, work.deps.clock());
    if (step.do === 'leave') return;
    if (step.do === 'look') await look(work);
    else if (step.do === 'send') send(work, step);
    else await rest(work, step.until_ms);
  }
};

/** Gives the lane back. If it was wanted or woken since the last look, it is kept or retaken, and looks once more. */
const isGivenBack = async (work: Work): Promise<boolean> => {
  const { rows, clock } = work.deps;
  await work.keeper.flush();
  if (work.is_lost) return true;
  const isReturned = (await rows.giveBack()) === 'returned';
  const isOver = clock() >= work.ends_ms;
  // Set at once: a lane that has ended can no longer be woken.
  work.has_ended = isReturned && (isOver || !work.is_woken);
  if (work.has_ended || (isReturned && (await rows.take()) === 'busy')) return true;
  work.looked_ms = null;
  if (!isReturned) work.wanted_until_ms = clock() + INDEX_MS;
  return false;
};

const send = (work: Work, { execution, is_probe }: Step & { do: 'send' }): void => {
  const { deps, keeper } = work;
  const { priority, execution_id } = execution;
  work.waiting = { ...work.waiting, [priority]: work.waiting[priority].slice(1) };
  work.turn += 1;
  work.bucket = takeOne(work.bucket, work.subscription.rate_per_second, deps.clock());
  const status = work.subscription.status;
  const sent = sendOne({ ...deps, keeper }, execution, is_probe).finally(() => {
    work.begun.delete(execution_id);
    // After a change of status look at once for what was not looked for while the target was open.
    if (work.subscription.status !== status) work.looked_ms = null;
    work.bell.ring();
  });
  work.begun.set(execution_id, sent);
};

const rest = async ({ deps, bell, renews_ms }: Work, untilMs: number | null): Promise<void> => {
  const until = Math.min(untilMs ?? renews_ms, renews_ms);
  await bell.wait((signal) => deps.sleep(Math.max(1, until - deps.clock()), signal));
};

const keepLane = async (work: Work): Promise<void> => {
  const now = work.deps.clock();
  if (work.is_lost || now < work.renews_ms) return;
  const isOurs = await work.deps.rows.renew().catch(() => null);
  work.renews_ms = now + (isOurs === null ? RENEWS_AGAIN_MS : RENEWS_MS);
  if (isOurs) work.renewed_ms = now;
  if (isOurs === false || now - work.renewed_ms >= SURELY_OURS_MS) {
    work.is_lost = true;
    work.ends_ms = 0;
  }
};
