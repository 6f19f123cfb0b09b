import { DAY_MS } from '../domain/instant.ts';
import type { Look, Reads } from '../jira/reads/reads.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Place, Table, Walk } from '../store/calls/table.ts';
import type { Mend } from './observe/lost-events.ts';
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
