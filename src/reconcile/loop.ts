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

/** One of the things a turn does. `S`: its state, in its own words. */
type LoopSpec<S> = {
  name: string;
  state: z.ZodMiniType<S>;
  isDue(checkpoint: Checkpoint<S>, session: Session): boolean | Promise<boolean>;
  /**
   * Goes on from the checkpoint until the run is complete or the session is over. Observations are written first, then
   * what else is kept, then the checkpoint: a crash repeats a page.
   */
  run(job: Job<S>): Promise<void>;
};

/** A loop as a turn knows it. */
export type Loop = {
  name: string;
  /** @param now also when it is not due. @returns null when there was nothing to do */
  turn(session: Session, now: boolean): Promise<LoopReport | null>;
};

/**
 * `complete`: its run came to its end. `counters` are those of the run, also of earlier turns; `turn` has what this turn
 * added.
 */
export type LoopReport = { name: string; complete: boolean; counters: Counters; turn: Counters };

/** What a loop works with. */
export type Job<S> = {
  session: Session;
  checkpoint(): Checkpoint<S>;
  /** True until the first `save` when a runner before may have done the same page and crashed. */
  isAgain(): boolean;
  count(counted: Partial<Counters>): void;
  /** A new run: nothing is counted. Written with the next `save`. */
  begin(state: S): void;
  /** Tells people how far it is. @param about what it is at now, and how many issues that has, if that is known */
  tell(about?: { what: string; total: number | null }): void;
  /** A page is done. @throws LeaseLostError */
  save(state: S): Promise<void>;
  /** The run is complete. @param startedMs when it began, by Jira's clock. @throws LeaseLostError */
  finish(state: S, startedMs: number): Promise<void>;
  /** The run is given up: the next one begins where it did. @throws LeaseLostError */
  giveUp(state: S): Promise<void>;
};

export const makeLoop = <S>(spec: LoopSpec<S>): Loop => ({
  name: spec.name,
  turn: async (session, now) => {
    const before = await readCheckpoint(session.place(), spec.name, spec.state);
    if (!now && !(await spec.isDue(before, session))) return null;
    // Who has lost the lease since the last loop must not take this one from who holds it.
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

/** A loop ended by a fault; what it had done until then is kept. */
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

/** From the first write on no runner that was here before can write. */
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
      // What a crash left half done, and this turn had no time for, is still to be done again.
      if (current.working) await put({ ...current, working: again });
    },
  };
  return job;
};
