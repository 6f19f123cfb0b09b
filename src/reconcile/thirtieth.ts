import * as z from 'zod/mini';
import { toPhoenixDay } from '../domain/instant.ts';
import { snapshotKey } from '../store/calls/keys.ts';
import { readRows } from '../store/calls/rows.ts';
import { countIssues } from '../store/issues/list-issues.ts';
import { lookAgain } from './look-again.ts';
import { type Job, makeLoop } from './loop.ts';
import { readFound } from './read-found.ts';
import { type Session, walkOf } from './session.ts';
import { listShelves, readShelf, type Shelf, shelfPlace } from './shelves.ts';
import { FIRST_PLACE, slicesPlace } from './slices.ts';

const state = z.object({
  /** The Phoenix day whose part is being read. */
  day: z.string(),
  /** Position of the search for active sprints, and how many ids of its page are done; null: done for today. */
  sprints: z.nullable(z.object({ place: slicesPlace, done: z.number() })),
  /** Number of issues in that day's part, and how many of them are read. */
  part: z.number(),
  read: z.number(),
  /** The shelf and issue after which to continue, also on the next day; null: from the first. */
  at: z.nullable(shelfPlace),
  /** Whether today's walk passed the last shelf and began again with the first. */
  turned: z.boolean(),
  /** Issues that Jira failed to show: read again on the next day. */
  unread: z._default(z.array(z.string()), []),
});

type State = z.output<typeof state>;
type DayJob = Job<State>;

/** Days in which all bodies are read again. */
const DAYS = 30;

/** Reading finds changes that leave `updated` alone, and events that a crash lost and no sender repeats any more. */
const HOW = { restore: ['old'] } as const;

/**
 * Reads every day the bodies of active sprints and of one thirtieth of all issues, project by project in the order of
 * ids: a change that leaves `updated` alone is repaired within a month. What the rate does not allow today is not made
 * up for: the next day continues from there with a part of its own.
 */
export const thirtiethLoop = makeLoop({
  name: 'thirtieth',
  state,
  isDue: ({ state: kept }, session) => kept?.day !== today(session) || !isDone(kept),
  run: async (job) => {
    const shelves = await listShelves(job.session);
    const before = job.checkpoint().state;
    if (before?.day !== today(job.session)) await beginDay(job, await newDay(job.session, shelves, before));
    while (!job.session.isOver()) {
      const now = job.checkpoint().state;
      if (now === null || isDone(now)) break;
      await (now.sprints === null ? readPart(job, now, shelves) : readSprints(job, now, now.sprints));
    }
    const last = job.checkpoint().state;
    if (last && isDone(last)) await job.finish(last, job.checkpoint().began_ms);
  },
});

const today = (session: Session): string => toPhoenixDay(session.deps.clock());

const isDone = ({ sprints, read, part }: State): boolean => sprints === null && read >= part;

const newDay = async (session: Session, shelves: Shelf[], before: State | null): Promise<State> => {
  const walk = walkOf(session.deps);
  let all = 0;
  for (const { project } of shelves) all += await countIssues(walk, project);
  const begun = { sprints: { place: FIRST_PLACE, done: 0 }, read: 0, turned: false };
  const { at = null, unread = [] } = before ?? {};
  return { day: today(session), part: Math.ceil(all / DAYS), ...begun, at, unread };
};

const beginDay = async (job: DayJob, day: State): Promise<void> => {
  job.begin({ ...day, unread: [] });
  if (day.unread.length === 0) return;
  const { left, unread } = await lookAgain(job, day.unread, HOW);
  await job.save({ ...day, unread: [...left, ...unread] });
};

/** Unread issues beyond this wait until the walk reaches them again. */
const MOST_UNREAD = 1_000;

const together = (before: readonly string[], more: readonly string[]): string[] =>
  [...new Set([...before, ...more])].slice(0, MOST_UNREAD);

/** Reads the issues of active sprints; a Jira without boards has none. */
const readSprints = async (job: DayJob, now: State, at: NonNullable<State['sprints']>): Promise<void> => {
  const { ids, place } = await readFound(job.session, 'sprint in openSprints()', at.place);
  const { left, unread } = await lookAgain(job, ids.slice(at.done), HOW);
  const next = place === null ? null : { place, done: 0 };
  await job.save({
    ...now,
    unread: together(now.unread, unread),
    sprints: left.length > 0 ? { place: at.place, done: ids.length - left.length } : next,
  });
};

/** Issues per page: what `lookAgain` reads with its concurrent requests. */
const TOGETHER = 400;

const readPart = async (job: DayJob, now: State, shelves: Shelf[]): Promise<void> => {
  const limit = Math.min(TOGETHER, now.part - now.read);
  const page = await readShelf(job.session, shelves, now.at, limit);
  // After the last shelf the walk begins again with the first, only once a day: all shelves may be empty.
  if (page === null)
    return job.save({ ...now, at: null, turned: true, read: now.turned ? now.part : now.read });
  const { ids, order, next } = page;
  const { left, unread } = await lookAgain(job, await withoutDeleted(job.session, ids), HOW);
  const done = left[0] === undefined ? ids.length : ids.indexOf(left[0]);
  const last = ids[done - 1];
  // If time ran out, the next turn continues after the last issue that was read.
  const stopped = last === undefined ? now.at : { order, after: last };
  await job.save({
    ...now,
    read: now.read + done,
    at: done === ids.length ? next : stopped,
    unread: together(now.unread, unread),
  });
};

const withoutDeleted = async (session: Session, ids: string[]): Promise<string[]> => {
  const keys = ids.map((id) => snapshotKey(session.deps.tenant, id));
  const rows = await readRows(session.place(), keys, 'eventual');
  return ids.filter((_, index) => rows[index]?.deleted !== true);
};
