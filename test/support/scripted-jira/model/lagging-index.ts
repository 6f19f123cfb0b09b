import type { Change, Ledger } from './ledger.ts';
import { emptyState, type Issue, type State } from './records.ts';

/** How long until a change is seen by searches (milliseconds). */
type Lag = (change: Change) => number;

type Waiting = { change: Change; visible_at: number };

export type LaggingIndex = {
  lag: Lag;
  /** What a search sees now. */
  see(): State;
  /** Issues as a search sees them, oldest first. */
  sorted(): readonly Issue[];
  /** Sees everything from now on. */
  catchUp(): void;
};

const byCreation = (a: Issue, b: Issue): number => a.created_ms - b.created_ms || a.id - b.id;

/** The index of a site, which hears of each change later; of one record in the order in which it changed. */
export const createIndex = (ledger: Ledger, now: () => number): LaggingIndex => {
  const seen = emptyState();
  let waiting: Waiting[] = [];
  let sorted: Issue[] | null = null;

  ledger.follow.push((change) => {
    waiting.push({ change, visible_at: now() + index.lag(change) });
  });

  const takeUntil = (at: number): void => {
    if (waiting.length === 0) return;
    const blocked = new Set<string>();
    waiting = waiting.filter(({ change, visible_at }) => {
      if (visible_at > at || blocked.has(change.subject)) blocked.add(change.subject);
      else {
        change.apply(seen);
        sorted = null;
      }
      return blocked.has(change.subject);
    });
  };

  const index: LaggingIndex = {
    lag: () => 0,
    see: () => {
      takeUntil(now());
      return seen;
    },
    sorted: () => {
      takeUntil(now());
      sorted ??= [...seen.issues.values()].sort(byCreation);
      return sorted;
    },
    catchUp: () => takeUntil(Number.POSITIVE_INFINITY),
  };
  return index;
};
