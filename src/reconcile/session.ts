import { DAY_MS } from '../domain/instant.ts';
import type { Look, Reads } from '../jira/reads/reads.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Place, Table, Walk } from '../store/calls/table.ts';
import { listContradictions } from '../store/reconcile/contradictions.ts';
import { renewLease, type TurnRow } from '../store/reconcile/lease.ts';
import type { Mend } from './observe/lost-events.ts';
import { readRankFields } from './observe/rank-fields.ts';
import type { Seen } from './observe/settle.ts';

/** What a turn needs of the world. */
export type TurnDeps = {
  table: Table;
  tenant: string;
  clock: Clock;
  log: Logger;
  /** How long events are kept. */
  retention_days: number;
  /** From 0 to 1. */
  chance: () => number;
  /**
   * Asks Jira what it is, and whether it takes the login.
   * @param untilMs when the turn leaves (epoch milliseconds), so that nothing waits for Jira any longer
   * @throws JiraError
   */
  openReads(untilMs?: number | null): Promise<Reads>;
  /** Takes reads in, in their order. @param ranks as `observe` knows them @throws UnavailableError */
  observe(looks: readonly Look[], mend: readonly Mend[], ranks?: readonly string[]): Promise<Seen[]>;
  /** Keys of the only projects that count; null for all. */
  projects: readonly string[] | null;
  /** Told how far it is, several times within a page too. */
  onProgress?: (progress: Progress) => void;
};

/** What a run is at, for people. `total` is null where nobody knows how much there is. */
export type Progress = {
  loop: string;
  what: string;
  pages: number;
  issues: number;
  total: number | null;
  requests: number;
};

/** Another runner took over: whatever this one still wants to write down is refused, and its work ends. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** A turn while it lasts. */
export type Session = {
  deps: TurnDeps;
  /** Where the tenant's rows are, for one call. */
  place(): Place;
  /** Names the runner in all that it writes. */
  by: string;
  /** Opened when it is first asked for. @throws JiraError */
  reads(): Promise<Reads>;
  /** How many requests were sent so far, each try for itself. */
  requests(): number;
  /** Ids of the fields that hold a rank, as they were known when this was first asked. */
  ranks(): Promise<readonly string[]>;
  /** Ids of the issues that are listed as contradictions. Whoever changes the list changes this too. */
  contradictions(): Promise<Set<string>>;
  /** True when the turn is to leave: what is under way is finished, and nothing begun. */
  isOver(): boolean;
  /** Says that this runner lives; seldom often enough to cost a write. @throws LeaseLostError */
  renew(): Promise<void>;
};

/** Milliseconds that the calls for one row, or one page of rows, may take. */
const CALL_MS = 30_000;

export const placeOf = ({ table, tenant }: Pick<TurnDeps, 'table' | 'tenant'>): Place => ({
  table,
  tenant,
  signal: AbortSignal.timeout(CALL_MS),
});

/** The same for a walk over pages. */
export const walkOf = ({ table, tenant }: Pick<TurnDeps, 'table' | 'tenant'>): Walk => ({
  table,
  tenant,
  newSignal: () => AbortSignal.timeout(CALL_MS),
});

/** Jira's clock; ours where that is more than a day ahead of it, as one wrong answer may be. @throws JiraError */
export const jirasNow = async ({ deps, reads }: Pick<Session, 'deps' | 'reads'>): Promise<number> => {
  const now = await (await reads()).now();
  return now > deps.clock() + DAY_MS ? deps.clock() : now;
};

/** A page of many bodies takes longer than a lease lasts; more often than this it need not be said. */
const RENEW_EVERY_MS = 30_000;

/** `heldUntil`: before when Jira wants to hear nothing; null for now. */
type Opened = { session: Session; lease: () => TurnRow; heldUntil: () => number | null };

/** `until_ms`: epoch milliseconds; null: as long as it takes. */
export const openSession = (
  deps: TurnDeps,
  taken: TurnRow,
  { until_ms, stop }: { until_ms: number | null; stop?: AbortSignal },
): Opened => {
  let lease = taken;
  let opening: Promise<Reads> | undefined;
  let listing: Promise<Set<string>> | undefined;
  let ranking: Promise<readonly string[]> | undefined;
  let reads: Reads | null = null;

  const open = async (): Promise<Reads> => {
    reads = await deps.openReads(until_ms);
    return reads;
  };

  const heldUntil = (): number | null => {
    const until = reads?.traffic().held_until ?? 0;
    return until > deps.clock() ? until : null;
  };

  const session: Session = {
    deps,
    place: () => placeOf(deps),
    by: lease.by,
    reads: () => {
      opening ??= open();
      return opening;
    },
    requests: () => reads?.traffic().requests ?? 0,
    ranks: () => {
      ranking ??= readRankFields(walkOf(deps)).catch((fault) => {
        ranking = undefined;
        throw fault;
      });
      return ranking;
    },
    contradictions: () => {
      listing ??= listContradictions(walkOf(deps)).then((ids) => new Set(ids));
      return listing;
    },
    isOver: () => stop?.aborted === true || (until_ms !== null && deps.clock() >= until_ms),
    renew: async () => {
      const now = deps.clock();
      if (now - lease.renewed_ms < RENEW_EVERY_MS) return;
      const renewed = await renewLease(placeOf(deps), lease, now);
      if (renewed === null) throw new LeaseLostError();
      lease = renewed;
    },
  };
  return { session, lease: () => lease, heldUntil };
};
