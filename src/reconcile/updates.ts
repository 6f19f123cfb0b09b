import * as z from 'zod/mini';
import { DAY_MS, MINUTE_MS } from '../domain/instant.ts';
import { JiraError } from '../jira/jira-error.ts';
import type { Place } from '../store/calls/table.ts';
import { readCheckpoint } from '../store/reconcile/checkpoint.ts';
import { behind } from './behind.ts';
import { loadedSince } from './census/state.ts';
import { lookAgain } from './look-again.ts';
import { type Job, makeLoop } from './loop.ts';
import { checkScope, isRefused, projectsClause } from './scope.ts';
import { FIRST_PLACE, readSlices, slicesPlace } from './slices.ts';
import { countUntold } from './untold.ts';

const run = z.object({
  /** By Jira's clock. */
  started_ms: z.number(),
  since_ms: z.number(),
  /** Of changes before that earlier runs have judged whether a delivery had told of them. */
  judged_ms: z.number(),
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
    return session.deps.clock() - began_ms >= EVERY_MS && (await loadedSince(session.place())) !== null;
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
  return (last?.started_ms ?? (await loadedSince(place)) ?? nowMs) - OVERLAP_MS;
};

/** Before anything was loaded there is nothing to keep up to date: the census comes first. */
const begin = async (job: UpdatesJob): Promise<void> => {
  const { session } = job;
  const since = job.checkpoint().last?.started_ms ?? (await loadedSince(session.place()));
  if (since === null) return;
  const { wide_ms, unread } = stateOf(job);
  const started_ms = await (await session.reads()).now();
  const wide = started_ms - wide_ms >= DAY_MS;
  const usual_ms = since - OVERLAP_MS;
  const judged_ms = Math.max(usual_ms, (await loadedSince(session.place())) ?? since);
  const since_ms = wide ? Math.min(usual_ms, started_ms - WIDE_MS) : usual_ms;
  const where = [...(await projectsClause(session)), `updated >= ${since_ms}`].join(' AND ');
  job.begin({
    run: { started_ms, since_ms, judged_ms, where, wide, place: FIRST_PLACE },
    wide_ms,
    unread: [],
  });
  if (unread.length === 0) return;
  const tried = await lookAgain(job, unread);
  await job.save({ ...stateOf(job), unread: [...tried.unread, ...tried.left] });
};

/** Enough for any odd issue; where Jira shows none at all, it has another fault. */
const MOST_UNREAD = 100;

/** @returns false when the turn was over before the page was done */
const readPage = async (job: UpdatesJob, run: Run): Promise<boolean> => {
  const { session } = job;
  job.tell({ what: 'updates', total: null });
  const search = { where: run.where, fields: 'updated', end_ms: run.started_ms, measure: false } as const;
  const { rows, place } = await readSlices(await session.reads(), search, run.place).catch((fault) =>
    giveUp(job, fault),
  );
  // Before the looks of this page: what they repair is judged by itself.
  const changed = { from_ms: run.judged_ms, before_ms: run.started_ms - OVERLAP_MS };
  const missed = await countUntold(session, rows, changed);
  const ids = await behind(session, rows, job.isAgain());
  const { left, unread } = await lookAgain(job, ids);
  if (left.length > 0) return false;
  const equal = rows.length - ids.length;
  job.count({ pages: 1, seen: equal, unchanged: equal, missed });
  const kept = [...new Set([...stateOf(job).unread, ...unread])].slice(0, MOST_UNREAD);
  const next = { ...stateOf(job), run: { ...run, place }, unread: kept };
  await (place.slices.length === 0 ? finish(job, next.run, next) : job.save(next));
  return true;
};

/** What Jira refuses to search for it would refuse for ever: the next run begins where this one did. @throws the fault */
const giveUp = async (job: UpdatesJob, fault: unknown): Promise<never> => {
  if (!isRefused(fault)) throw fault;
  await job.save({ ...stateOf(job), run: null });
  await checkScope(job.session);
  throw fault;
};

/** @throws JiraError when Jira did not show all: the next run begins where this one did */
const finish = async (job: UpdatesJob, run: Run, { wide_ms, unread }: State): Promise<void> => {
  const done = { run: null, wide_ms: run.wide ? run.started_ms : wide_ms, unread };
  if (run.place.whole) return job.finish(done, run.started_ms);
  await job.save({ ...done, wide_ms });
  throw new JiraError(
    'unknown_shape',
    'Jira did not show everything that was updated, and says so: the next run asks for the same again.',
  );
};
