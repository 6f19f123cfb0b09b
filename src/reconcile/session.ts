import { DAY_MS } from '../domain/instant.ts';
import type { Look, Reads } from '../jira/reads/reads.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Place, Table, Walk } from '../store/calls/table.ts';
import { listContradictions } from '../store/reconcile/contradictions.ts';
import { renewLease, type TurnRow } from '../store/reconcile/lease.ts';
import type { LostKind } from './observe/lost-events.ts';
import { readRankFields } from './observe/rank-fields.ts';
import type { Seen } from './observe/settle.ts';

/** External dependencies of a turn. */
export type TurnDeps = {
  table: Table;
  tenant: string;
  clock: Clock;
  log: Logger;
  /** How long events are kept. */
  retention_days: number;
  /** A random number from 0 to 1. */
  chance: () => number;
  /**
   * Finds out which Jira it is, and whether it accepts the login.
   * @param untilMs when the turn ends (epoch milliseconds): no request waits longer than that
   * @throws JiraError
   */
  openReads(untilMs?: number | null): Promise<Reads>;
  /** Stores looks, in their order. @param ranks ids of the fields that hold a rank @throws UnavailableError */
  observe(looks: readonly Look[], restore: readonly LostKind[], ranks?: readonly string[]): Promise<Seen[]>;
  /** Keys of the projects in scope; null for all. */
  projects: readonly string[] | null;
  /** Called with the progress, several times within a page too. */
  onProgress?: (progress: Progress) => void;
};

/** Progress of a run, for people. `total`: null if unknown. */
export type Progress = {
  loop: string;
  what: string;
  pages: number;
  issues: number;
  total: number | null;
  requests: number;
};

/** Another runner took over: this one's further writes of lease and checkpoints are refused, and its work ends. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** A turn in progress. */
export type Session = {
  deps: TurnDeps;
  /** Table, tenant and a new time limit, for one call. */
  place(): Place;
  /** Id of the runner; it is part of what the runner writes. */
  by: string;
  /** Opened on first use. @throws JiraError */
  reads(): Promise<Reads>;
  /** Requests sent so far; each try counts. */
  requests(): number;
  /** Ids of the fields that hold a rank, as known at the first call. */
  ranks(): Promise<readonly string[]>;
  /** Ids of the issues that are listed as contradictions. A caller that changes the list must change this set too. */
  contradictions(): Promise<Set<string>>;
  /** True when the turn must end: work in progress is finished, nothing new is started. */
  isOver(): boolean;
  /** Renews the lease, unless that was done less than 30 seconds ago. @throws LeaseLostError */
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

/** Jira's clock; ours if Jira's is more than a day ahead, as in a single wrong answer. @throws JiraError */
export const jirasNow = async ({ deps, reads }: Pick<Session, 'deps' | 'reads'>): Promise<number> => {
  const now = await (await reads()).now();
  return now > deps.clock() + DAY_MS ? deps.clock() : now;
};

/** A page of many bodies can outlast a lease, so it is renewed within a page, but no more often than this. */
const RENEW_EVERY_MS = 30_000;

/** `heldUntil`: until when Jira asked us to wait; null: no wait. */
type Opened = { session: Session; lease: () => TurnRow; heldUntil: () => number | null };

/** `until_ms`: when the turn ends, in epoch milliseconds; null: when all is done. */
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
