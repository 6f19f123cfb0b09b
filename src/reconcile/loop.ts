import type * as z from 'zod/mini';
import {
  addCounters,
  addDrift,
  type Checkpoint,
  type Counters,
  NOTHING_COUNTED,
  putCheckpoint,
  readCheckpoint,
} from '../store/reconcile/checkpoint.ts';
import { LeaseLostError, type Session } from './session.ts';

/** Definition of a loop. `S`: its own state in the checkpoint. */
type LoopSpec<S> = {
  name: string;
  state: z.ZodMiniType<S>;
  isDue(checkpoint: Checkpoint<S>, session: Session): boolean | Promise<boolean>;
  /**
   * Continues from the checkpoint until the run is complete or the session is over. Observations are written first,
   * then any other rows, then the checkpoint: a crash repeats a page.
   */
  run(job: Job<S>): Promise<void>;
};

/** A loop as a turn runs it. */
export type Loop = {
  name: string;
  /** @param now run it even if it is not due. @returns null if there was nothing to do */
  turn(session: Session, now: boolean): Promise<LoopReport | null>;
};

/**
 * `complete`: the run was completed. `counters`: of the whole run, earlier turns included; `turn`: only what this turn
 * added.
 */
export type LoopReport = { name: string; complete: boolean; counters: Counters; turn: Counters };

/** What a running loop works with. */
export type Job<S> = {
  session: Session;
  checkpoint(): Checkpoint<S>;
  /** True until the first `save` if an earlier runner may have crashed while working on the same page. */
  isAgain(): boolean;
  count(counted: Partial<Counters>): void;
  /** Starts a new run, with all counters at zero. Written with the next `save`. */
  begin(state: S): void;
  /** Reports progress to people. @param about the current work, and its number of issues if known */
  tell(about?: { what: string; total: number | null }): void;
  /** Saves the state after a page. @throws LeaseLostError */
  save(state: S): Promise<void>;
  /** Completes the run. @param startedMs when it began, by Jira's clock. @throws LeaseLostError */
  finish(state: S, startedMs: number): Promise<void>;
  /** Gives the run up: the next one starts from the same point. @throws LeaseLostError */
  giveUp(state: S): Promise<void>;
};

export const makeLoop = <S>(spec: LoopSpec<S>): Loop => ({
  name: spec.name,
  turn: async (session, now) => {
    const before = await readCheckpoint(session.place(), spec.name, spec.state);
    if (!now && !(await spec.isDue(before, session))) return null;
    // A runner that lost the lease since the last loop must not take this loop from the lease holder.
    await session.renew();
    const job = await openJob(spec.name, session, before);
    try {
      await spec.run(job);
    } catch (fault) {
      throw new LoopError(reportOf(spec.name, job), fault);
    }
    await job.leave();
    return reportOf(spec.name, job);
  },
});

/** A fault ended the loop; the report has what it did until then. */
export class LoopError extends Error {
  override readonly name = 'LoopError';
  readonly report: LoopReport;

  constructor(report: LoopReport, cause: unknown) {
    super(`the loop ${report.name} failed`, { cause });
    this.report = report;
  }
}

type OpenJob<S> = Job<S> & { leave(): Promise<void>; complete: boolean; turn: Counters };

const reportOf = <S>(name: string, job: OpenJob<S>): LoopReport => ({
  name,
  complete: job.complete,
  counters: job.checkpoint().counters,
  turn: job.turn,
});

/** After the first write of the checkpoint, no earlier runner can write it. */
const openJob = async <S>(name: string, session: Session, before: Checkpoint<S>): Promise<OpenJob<S>> => {
  let current = before;
  let again = before.working;
  let counted = session.requests();
  let at: { what: string; total: number | null } | null = null;

  const put = async (next: Checkpoint<S>): Promise<void> => {
    const written = await putCheckpoint(session.place(), name, next, session.by);
    if (written === null) throw new LeaseLostError();
    current = written;
  };

  const count = (more: Partial<Counters>): void => {
    const { compared = 0, differed = 0 } = more;
    const drift = addDrift(current.drift, { compared, differed }, session.deps.clock());
    current = { ...current, counters: addCounters(current.counters, more), drift };
    job.turn = addCounters(job.turn, more);
  };

  const countRequests = (): void => {
    count({ requests: session.requests() - counted });
    counted = session.requests();
  };

  await put({ ...before, working: true });
  const job: OpenJob<S> = {
    session,
    complete: false,
    turn: NOTHING_COUNTED,
    checkpoint: () => current,
    isAgain: () => again,
    count,
    begin: (state) => {
      const generation = current.generation + 1;
      const began_ms = session.deps.clock();
      current = { ...current, state, generation, under_way: true, counters: NOTHING_COUNTED, began_ms };
    },
    tell: (about) => {
      at = about ?? at;
      if (at === null) return;
      const { pages, seen } = current.counters;
      session.deps.onProgress?.({ loop: name, ...at, pages, issues: seen, requests: session.requests() });
    },
    save: async (state) => {
      countRequests();
      job.tell();
      await session.renew();
      await put({ ...current, state, working: true });
      again = false;
    },
    finish: async (state, startedMs) => {
      countRequests();
      const { counters, began_ms } = current;
      const last = { started_ms: startedMs, began_ms, ended_ms: session.deps.clock(), counters };
      await put({ ...current, state, last, under_way: false, working: false });
      again = false;
      job.complete = true;
    },
    giveUp: async (state) => {
      countRequests();
      await put({ ...current, state, under_way: false, working: false });
    },
    leave: async () => {
      // A page that a crash left half done, and that this turn had no time for, must still be repeated.
      if (current.working) await put({ ...current, working: again });
    },
  };
  return job;
};
