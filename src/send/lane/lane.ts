import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { nextStep, type Step } from '../rules/next-step.ts';
import { takeOne } from '../rules/rate.ts';
import { look } from './look.ts';
import { sendOne } from './send-one.ts';
import { type LaneDeps, openWork, RENEWS_MS, type Work } from './work.ts';

/**
 * `left`: nothing was due any more, or its time was over. `lost`: another one has taken it. `busy`: another one works.
 * `asleep`: its target is not to be asked now.
 */
export type LaneReport = { end: 'left' | 'lost' | 'busy' | 'asleep'; sent: number };

/** A lane at work in this process. */
export type RunningLane = {
  done: Promise<LaneReport>;
  /** Something of its subscription has become due. False: it has ended, and another one is to be started. */
  wake(executionIds: readonly string[]): boolean;
};

const RENEWS_AGAIN_MS = 5_000;

/** A lane that could not be renewed for so long may be another's by now. */
const SURELY_OURS_MS = 75_000;

/** The index may show a row so much later than the row is there. */
const INDEX_MS = 1_000;

/** Works in the lane of a subscription until nothing is due. @param row as it was read just now */
export const startLane = (deps: LaneDeps, row: SubscriptionRow): RunningLane => {
  const work = openWork(deps, row);
  return { done: run(work), wake: (ids) => wake(work, ids) };
};

const wake = (work: Work, executionIds: readonly string[]): boolean => {
  if (work.has_ended) return false;
  for (const id of executionIds) work.told.add(id);
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

/** What is under way is written whatever else fails, and others need not wait until the lease ends. */
const giveUp = async (work: Work): Promise<void> => {
  work.ends_ms = 0;
  await Promise.all(work.begun.values());
  await work.keeper.flush();
  // The second time nothing but a new wish keeps it.
  for (let times = 0; times < 2; times += 1) await work.deps.rows.giveBack().catch(() => {});
};

/** Until there is nothing left to do. */
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

/** The last thing is always a look: who came since is why the lane is not given back, or is taken again. */
const isGivenBack = async (work: Work): Promise<boolean> => {
  const { rows, clock } = work.deps;
  await work.keeper.flush();
  if (work.is_lost) return true;
  const isReturned = (await rows.giveBack()) === 'returned';
  const isOver = clock() >= work.ends_ms;
  // At once: from here on nobody wakes it.
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
    // What was not looked for while it was open is looked for at once.
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
