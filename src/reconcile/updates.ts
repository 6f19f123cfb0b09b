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
  /** True for the one of a day that looks further back. */
  wide: z.boolean(),
  place: slicesPlace,
});

const state = z.object({
  run: z.nullable(run),
  /** When the last one that looked further back began, by Jira's clock. */
  wide_ms: z.number(),
  /** Issues that Jira could not show: they are asked for again. */
  unread: z.array(z.string()),
});

type State = z.output<typeof state>;
type Run = z.output<typeof run>;
type UpdatesJob = Job<State>;

const UPDATES = 'updates';

const NOTHING: State = { run: null, wide_ms: 0, unread: [] };

/** A schedule is never exact to the second. */
const EVERY_MS = 10 * MINUTE_MS - 30_000;

/** Jira's index may be so late. */
const OVERLAP_MS = 30 * MINUTE_MS;

/** How far back one run of each day looks, because the index may be later still. */
const WIDE_MS = 2 * DAY_MS;

/** Reads what was updated since the last complete run began, and takes in what is missing or older here. */
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

/** What a run that begins now would ask for at least; by Jira's clock, or by ours before anything is loaded. */
export const updatedSince = async (place: Place, nowMs: number): Promise<number> => {
  const { last } = await readCheckpoint(place, UPDATES, state);
  const load = await firstLoad(place);
  return (load === null ? nowMs : cursorOf(last, load, nowMs)) - OVERLAP_MS;
};

/** When the last complete run began, by the clock that says less: a cursor that is ahead would leave changes out. */
const cursorOf = (last: Checkpoint<State>['last'], load: FirstLoad, nowMs: number): number =>
  Math.min(nowMs, last === null ? load.began_ms : Math.min(last.started_ms, last.began_ms));

/** Before anything was loaded there is nothing to keep up to date: the census comes first. */
const begin = async (job: UpdatesJob): Promise<void> => {
  const { session } = job;
  const load = await firstLoad(session.place());
  if (load === null) return;
  const { wide_ms: before_ms, unread } = stateOf(job);
  const { last } = job.checkpoint();
  const started_ms = await jirasNow(session);
  // Of a table that is only being loaded the index can have shown nothing late.
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

/** Each run goes on where the last complete one stopped. */
const judgingOf = (last: Checkpoint<State>['last'], load: FirstLoad, started_ms: number): Run['judging'] => {
  const judged_ms = Math.min(last?.started_ms ?? load.began_ms, started_ms) - OVERLAP_MS;
  return {
    from_ms: Math.max(judged_ms, load.began_ms),
    before_ms: started_ms - OVERLAP_MS,
    loaded_ms: load.began_ms,
    loading: load.under_way,
  };
};

/** Enough for any odd issue; where Jira shows none at all, it has another fault. */
const MOST_UNREAD = 100;

/** @returns false when the turn was over before the page was done */
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
  // What is not kept only the same search finds again.
  const whole = place.whole && all.length <= MOST_UNREAD;
  const next = {
    ...stateOf(job),
    run: { ...run, place: { ...place, whole } },
    unread: all.slice(0, MOST_UNREAD),
  };
  await (place.slices.length === 0 ? finish(job, next.run, next) : job.save(next));
  return true;
};

/** What Jira refuses to search for it would refuse for ever: the next run begins where this one did. @throws the fault */
const giveUp = async (job: UpdatesJob, fault: unknown): Promise<never> => {
  if (!isRefused(fault)) throw fault;
  await job.giveUp({ ...stateOf(job), run: null });
  await checkScope(job.session);
  throw fault;
};

/** @throws JiraError when Jira did not show all: the next run begins where this one did */
const finish = async (job: UpdatesJob, run: Run, { wide_ms, unread }: State): Promise<void> => {
  const done = { run: null, wide_ms: run.wide ? run.started_ms : wide_ms, unread };
  if (run.place.whole) return job.finish(done, run.started_ms);
  await job.giveUp({ ...done, wide_ms });
  throw new JiraError(
    'unknown_shape',
    `Jira did not show everything that was updated: it said so, or failed to show more than ${MOST_UNREAD} issues. The next run asks for the same again.`,
  );
};
