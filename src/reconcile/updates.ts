import * as z from 'zod/mini';
import { DAY_MS, MINUTE_MS } from '../domain/instant.ts';
import { JiraError } from '../jira/jira-error.ts';
import type { Place } from '../store/calls/table.ts';
import { type Checkpoint, readCheckpoint } from '../store/reconcile/checkpoint.ts';
import { behind } from './behind.ts';
import { type FirstLoad, firstLoad } from './census/state.ts';
import { lookAgain } from './look-again.ts';
import { type Job, makeLoop } from './loop.ts';
import { checkScope, isRefused, projectsClause } from './scope.ts';
import { jirasNow } from './session.ts';
import { FIRST_PLACE, readSlices, slicesPlace } from './slices.ts';
import { countUntold, judging, missedOf } from './untold.ts';

const run = z.object({
  /** By Jira's clock. */
  started_ms: z.number(),
  since_ms: z.number(),
  judging,
  where: z.string(),
  /** True for the one run a day that looks further back. */
  wide: z.boolean(),
  place: slicesPlace,
});

const state = z.object({
  run: z.nullable(run),
  /** When the last wide run began, by Jira's clock. */
  wide_ms: z.number(),
  /** Issues that Jira could not show: the next run reads them again. */
  unread: z.array(z.string()),
});

type State = z.output<typeof state>;
type Run = z.output<typeof run>;
type UpdatesJob = Job<State>;

const UPDATES = 'updates';

const NOTHING: State = { run: null, wide_ms: 0, unread: [] };

/** Ten minutes, less a margin: schedules are not exact to the second. */
const EVERY_MS = 10 * MINUTE_MS - 30_000;

/** Jira's search index may lag by this much. */
const OVERLAP_MS = 30 * MINUTE_MS;

/** How far back one run a day looks, because the index may lag even more. */
const WIDE_MS = 2 * DAY_MS;

/** Reads what was updated since the last complete run began, and stores what is missing or older in the table. */
export const updatesLoop = makeLoop<State>({
  name: UPDATES,
  state,
  isDue: async ({ state: kept, began_ms }, session) => {
    if (kept?.run) return true;
    return session.deps.clock() - began_ms >= EVERY_MS && (await firstLoad(session.place())) !== null;
  },
  run: async (job) => {
    if (!stateOf(job).run) await begin(job);
    while (!job.session.isOver()) {
      const { run } = stateOf(job);
      if (run === null) return;
      if (!(await readPage(job, run))) return;
    }
  },
});

const stateOf = (job: UpdatesJob): State => job.checkpoint().state ?? NOTHING;

/** Since when a run that begins now asks, if it is not wide; by Jira's clock, or by ours before anything is loaded. */
export const updatedSince = async (place: Place, nowMs: number): Promise<number> => {
  const { last } = await readCheckpoint(place, UPDATES, state);
  const load = await firstLoad(place);
  return (load === null ? nowMs : cursorOf(last, load, nowMs)) - OVERLAP_MS;
};

/** When the last complete run began, by whichever clock is behind: a cursor that is ahead would skip changes. */
const cursorOf = (last: Checkpoint<State>['last'], load: FirstLoad, nowMs: number): number =>
  Math.min(nowMs, last === null ? load.began_ms : Math.min(last.started_ms, last.began_ms));

/** Does nothing before the first load has begun: the census comes first. */
const begin = async (job: UpdatesJob): Promise<void> => {
  const { session } = job;
  const load = await firstLoad(session.place());
  if (load === null) return;
  const { wide_ms: before_ms, unread } = stateOf(job);
  const { last } = job.checkpoint();
  const started_ms = await jirasNow(session);
  // No run is complete yet, so none can have missed a change that the index showed late.
  const wide_ms = last === null ? started_ms : Math.min(before_ms, started_ms);
  const wide = started_ms - wide_ms >= DAY_MS;
  const usual_ms = cursorOf(last, load, started_ms) - OVERLAP_MS;
  const since_ms = wide ? Math.min(usual_ms, started_ms - WIDE_MS) : usual_ms;
  const where = [...(await projectsClause(session)), `updated >= ${since_ms}`].join(' AND ');
  const judged = judgingOf(last, load, started_ms);
  job.begin({
    run: { started_ms, since_ms, judging: judged, where, wide, place: FIRST_PLACE },
    wide_ms,
    unread: [],
  });
  if (unread.length === 0) return;
  const tried = await lookAgain(job, unread, { missed: missedOf([], judged) });
  await job.save({ ...stateOf(job), unread: [...tried.unread, ...tried.left] });
};

/** Each run judges from where the last complete one stopped. */
const judgingOf = (last: Checkpoint<State>['last'], load: FirstLoad, started_ms: number): Run['judging'] => {
  const judged_ms = Math.min(last?.started_ms ?? load.began_ms, started_ms) - OVERLAP_MS;
  return {
    from_ms: Math.max(judged_ms, load.began_ms),
    before_ms: started_ms - OVERLAP_MS,
    loaded_ms: load.began_ms,
    loading: load.under_way,
  };
};

/** Enough for odd issues; if more cannot be read, Jira has another fault. */
const MOST_UNREAD = 100;

/** @returns false if the turn ended before the page was done */
const readPage = async (job: UpdatesJob, run: Run): Promise<boolean> => {
  const { session } = job;
  job.tell({ what: 'updates', total: null });
  const search = { where: run.where, fields: 'updated', end_ms: run.started_ms, measure: false } as const;
  const { rows, odd, place } = await readSlices(await session.reads(), search, run.place).catch((fault) =>
    giveUp(job, fault),
  );
  const untold = await countUntold(job, rows, run.judging);
  const ids = await behind(session, rows, job.isAgain());
  const { left, unread } = await lookAgain(job, ids, { missed: missedOf(rows, run.judging) });
  if (left.length > 0) return false;
  const equal = rows.length - ids.length;
  job.count({ pages: 1, seen: equal + odd, unchanged: equal, quarantined: odd, ...untold });
  const all = [...new Set([...stateOf(job).unread, ...unread])];
  // Ids beyond the limit are not kept: only the same search finds them again.
  const whole = place.whole && all.length <= MOST_UNREAD;
  const next = {
    ...stateOf(job),
    run: { ...run, place: { ...place, whole } },
    unread: all.slice(0, MOST_UNREAD),
  };
  await (place.slices.length === 0 ? finish(job, next.run, next) : job.save(next));
  return true;
};

/**
 * Gives the run up if Jira refuses the search, as it would refuse it every time: the next run starts from the same
 * point. @throws the fault
 */
const giveUp = async (job: UpdatesJob, fault: unknown): Promise<never> => {
  if (!isRefused(fault)) throw fault;
  await job.giveUp({ ...stateOf(job), run: null });
  await checkScope(job.session);
  throw fault;
};

/** @throws JiraError if Jira did not show everything: the next run starts from the same point */
const finish = async (job: UpdatesJob, run: Run, { wide_ms, unread }: State): Promise<void> => {
  const done = { run: null, wide_ms: run.wide ? run.started_ms : wide_ms, unread };
  if (run.place.whole) return job.finish(done, run.started_ms);
  await job.giveUp({ ...done, wide_ms });
  throw new JiraError(
    'unknown_shape',
    `Jira did not show everything that was updated: it said so, or failed to show more than ${MOST_UNREAD} issues. The next run asks for the same again.`,
  );
};
