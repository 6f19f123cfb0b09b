import { describeFault } from '../../errors/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { isSameState, type SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { type Ended, stateAfter } from '../rules/breaker.ts';
import type { LaneRows } from './lane-rows.ts';

export type KeepDeps = {
  rows: Pick<LaneRows, 'subscription' | 'writeState'>;
  clock: Clock;
  log: Logger;
  /** Called once a changed status is stored. */
  onStatus(row: SubscriptionRow): Promise<void>;
};

/** What a lane knows of its subscription: the stored row, and the results of attempts since. */
export type Keeper = {
  current(): SubscriptionRow;
  /** Takes over a row that was read again, unless it is older than the known one. */
  adopt(row: SubscriptionRow): void;
  /** Takes the result of an attempt into account, from now on. */
  note(ended: Ended): void;
  /** Stores the results not stored yet, one write at a time. Never rejects: after a failure the next flush retries. */
  flush(): Promise<void>;
};

type Noted = Ended & { at_ms: number };

/** Concurrent writers of the row are rare: people, or a lane that lost its lease. */
const MOST_TRIES = 10;

/** @param first the row as it was read before the lane began */
export const keepState = (deps: KeepDeps, first: SubscriptionRow): Keeper => {
  let stored = first;
  let unwritten: readonly Noted[] = [];
  let writing = Promise.resolve();

  const adopt = (row: SubscriptionRow): void => {
    if (row.state_rev >= stored.state_rev && row.rev >= stored.rev) stored = row;
  };

  /** False: a concurrent writer changed the row, so the new state must be computed again. */
  const writeOnce = async (): Promise<boolean> => {
    const [before, noted] = [stored, unwritten];
    const after = withAll(before, noted);
    const there = after === before ? before : await put(deps.rows, before, after);
    if (there !== null && !isSameState(there, after)) {
      stored = there;
      return false;
    }
    unwritten = unwritten.slice(noted.length);
    if (there !== null) adopt(there);
    if (there !== null && there.status !== before.status) await deps.onStatus(there);
    return true;
  };

  const write = async (): Promise<void> => {
    try {
      for (let tries = 1; tries <= MOST_TRIES && !(await writeOnce()); tries++);
    } catch (fault) {
      const { subscription_id, tenant_id } = first;
      deps.log.warn(
        { subscription_id, tenant_id, reason: describeFault(fault) },
        'state of a target not written',
      );
    }
  };

  return {
    current: () => withAll(stored, unwritten),
    adopt,
    note: (ended) => {
      unwritten = [...unwritten, { ...ended, at_ms: deps.clock() }];
    },
    flush: () => {
      writing = writing.then(write);
      return writing;
    },
  };
};

/** The row after these attempts; the same object if they changed nothing. */
const withAll = (row: SubscriptionRow, noted: readonly Noted[]): SubscriptionRow => {
  let known = row;
  for (const ended of noted) {
    const after = stateAfter(known, ended, known.concurrency, ended.at_ms);
    if (after !== known) known = { ...known, ...after };
  }
  return known;
};

/** Tries to write. @returns what is stored afterwards; null: the row is gone */
const put = async (
  rows: KeepDeps['rows'],
  before: SubscriptionRow,
  after: SubscriptionRow,
): Promise<SubscriptionRow | null> => {
  const result = await rows.writeState(before, after);
  return result === 'written' ? { ...after, state_rev: before.state_rev + 1 } : rows.subscription();
};
