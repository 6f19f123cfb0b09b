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
  /** Its status has changed, and is written. */
  onStatus(row: SubscriptionRow): Promise<void>;
};

/** What a lane knows of its subscription: what is stored, and what came of attempts since. */
export type Keeper = {
  current(): SubscriptionRow;
  /** It was read again; what is older than what is known is none. */
  adopt(row: SubscriptionRow): void;
  /** An attempt has ended: from now on the lane goes by it. */
  note(ended: Ended): void;
  /** Writes what is not written yet, one write after another. Never rejects: it is written with what comes next. */
  flush(): Promise<void>;
};

type Noted = Ended & { at_ms: number };

/** Somebody else writes the same row seldom: people, or a lane that was lost. */
const MOST_TRIES = 10;

/** @param first as it was read before the lane began */
export const keepState = (deps: KeepDeps, first: SubscriptionRow): Keeper => {
  let stored = first;
  let unwritten: readonly Noted[] = [];
  let writing = Promise.resolve();

  const adopt = (row: SubscriptionRow): void => {
    if (row.state_rev >= stored.state_rev && row.rev >= stored.rev) stored = row;
  };

  /** False: somebody else has written, and it is to be worked out anew. */
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

/** The same object when nothing has come of them. */
const withAll = (row: SubscriptionRow, noted: readonly Noted[]): SubscriptionRow => {
  let known = row;
  for (const ended of noted) {
    const after = stateAfter(known, ended, known.concurrency, ended.at_ms);
    if (after !== known) known = { ...known, ...after };
  }
  return known;
};

/** What is there once it was tried; null: nothing any more. */
const put = async (
  rows: KeepDeps['rows'],
  before: SubscriptionRow,
  after: SubscriptionRow,
): Promise<SubscriptionRow | null> => {
  const result = await rows.writeState(before, after);
  return result === 'written' ? { ...after, state_rev: before.state_rev + 1 } : rows.subscription();
};
