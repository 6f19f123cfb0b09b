import type { Clock } from '../../../../src/platform/clock.ts';
import { emptyState, type Issue, type Named, type Project, type Sprint, type State } from './records.ts';

/** One record is another from now on. `subject` names it; the same change makes any state follow. */
export type Change = { subject: string; apply(state: State): void };

export type Item = { field: string; from: string | null; to: string | null };

/** What a webhook tells. `timestamp`: when it was sent. */
export type Told = {
  event: string;
  timestamp: number;
  issue: Issue | null;
  project: Project | null;
  version: Named | null;
  sprint: Sprint | null;
  items: readonly Item[];
};

/** What is so, who follows it, and who is told. */
export type Ledger = {
  state: State;
  /** Projects and numbers of every key that an issue has or had → its id. */
  keys: Map<string, number>;
  follow: ((change: Change) => void)[];
  listen: ((told: Told) => void)[];
  put(change: Change): void;
  tell(told: Partial<Told> & Pick<Told, 'event'>): void;
  nextId(): number;
  /** Epoch milliseconds, greater each time: Jira's are too fine for two changes of an issue to share one. */
  tick(): number;
};

const FIRST_ID = 10_000;

export const createLedger = (clock: () => Clock): Ledger => {
  let id = FIRST_ID;
  let last = 0;
  const ledger: Ledger = {
    state: emptyState(),
    keys: new Map(),
    follow: [],
    listen: [],
    put: (change) => {
      change.apply(ledger.state);
      for (const followed of ledger.follow) followed(change);
    },
    tell: (told) => {
      const nothing = { issue: null, project: null, version: null, sprint: null, items: [] };
      for (const listener of ledger.listen) listener({ ...nothing, timestamp: ledger.tick(), ...told });
    },
    nextId: () => {
      id += 1;
      return id;
    },
    tick: () => {
      last = Math.max(Math.floor(clock()()), last + 1);
      return last;
    },
  };
  return ledger;
};
