import type { Execution } from '../../domain/execution.ts';
import { LAST_INSTANT_MS } from '../../domain/instant.ts';
import { PRIORITIES, type Priority } from '../../domain/subscription.ts';
import { UnreadableRowError } from '../../errors/errors.ts';
import { cancelled } from '../rules/outcome.ts';
import { NOTHING, type Work } from './work.ts';

/** Clocks differ by less: the clock of a process that sent a hint may be a little ahead. */
const SKEW_MS = 1_000;

const MOST_CANCELLED = 100;

/** Rows that a look asks for, of each priority: more than are in progress, as those are left out. */
const LEAST_LOOK = 40;

/** Reads what is due now, and the state of the target. */
export const look = async (work: Work): Promise<void> => {
  const { rows, clock } = work.deps;
  const now = clock();
  work.looked_ms = now;
  work.is_woken = false;
  const hinted = [...work.hinted];
  work.hinted.clear();
  const limit = Math.max(LEAST_LOOK, 2 * work.subscription.concurrency);
  const [row, due, named] = await Promise.all([
    rows.subscription(),
    Promise.all(PRIORITIES.map((priority) => rows.due(priority, now, limit))),
    Promise.all(hinted.map((id) => rows.execution(id).catch(noneIfUnreadable))),
  ]);
  if (row !== null) work.keeper.adopt(row);
  if (row === null || row.status === 'deleted') return cancelAll(work);
  const isNew = ({ execution_id, subscription_id }: Execution): boolean =>
    subscription_id === row.subscription_id && !work.begun.has(execution_id);
  work.waiting = inOrder(
    [...due.flat(), ...named.filter((one) => isDueBy(one, now + SKEW_MS))].filter(isNew),
  );
  const [high = true, normal = true, low = true] = due.map(({ length }) => length < limit);
  work.saw_all = { high, normal, low };
};

/** An unreadable execution must not keep others from being sent. */
const noneIfUnreadable = (fault: unknown): null => {
  if (fault instanceof UnreadableRowError) return null;
  throw fault;
};

const isDueBy = (one: Execution | null, ms: number): one is Execution =>
  one !== null && one.due_ms !== null && one.due_ms <= ms;

const inOrder = (executions: readonly Execution[]): Record<Priority, Execution[]> => {
  const known = new Map(executions.map((one) => [one.execution_id, one]));
  const sorted = [...known.values()].sort((a, b) => (a.due_ms ?? 0) - (b.due_ms ?? 0));
  const of = (priority: Priority) => sorted.filter((one) => one.priority === priority);
  return { high: of('high'), normal: of('normal'), low: of('low') };
};

/** The subscription is deleted: cancels what waits, due or not, and what a crashed sender left claimed. */
const cancelAll = async (work: Work): Promise<void> => {
  const { rows, clock } = work.deps;
  work.waiting = NOTHING;
  const waits = await Promise.all(
    PRIORITIES.map((priority) => rows.due(priority, LAST_INSTANT_MS, MOST_CANCELLED)),
  );
  const isLeft = (one: Execution): boolean =>
    one.status === 'queued' || (isDueBy(one, clock()) && !work.begun.has(one.execution_id));
  const left = waits.flat().filter(isLeft);
  await Promise.all(left.map((one) => rows.change(one, cancelled(one, 'subscription-deleted', clock()))));
  if (left.length > 0) work.looked_ms = null;
};
