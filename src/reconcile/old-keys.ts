import pMap from 'p-map';
import * as z from 'zod/mini';
import { MINUTE_MS, toPhoenixDay } from '../domain/instant.ts';
import type { Ref, RefState } from '../domain/link.ts';
import { rowsReader } from '../store/calls/gather.ts';
import { issueLinksKey } from '../store/calls/keys.ts';
import { readRowsOf } from '../store/calls/rows.ts';
import { type GapQuery, gapGroups, gapsOfGroup } from '../store/links/gaps.ts';
import { decodeIssueLinks } from '../store/links/issue-links-row.ts';
import { decodeRef, listNaming, readRefs } from '../store/links/refs.ts';
import { readCheckpoint } from '../store/reconcile/checkpoint.ts';
import { CENSUS, censusState } from './census/state.ts';
import { type Job, makeLoop } from './loop.ts';
import type { Session } from './session.ts';
import { listShelves, readShelf, shelfPlace } from './shelves.ts';
import { askForAll, projectKeys, unknownKeys } from './unknown-keys.ts';

const position = z.union([
  z.object({ group: z.string(), pk: z.string(), sk: z.string(), work_sk: z.string() }),
  z.object({ group: z.string() }),
]);

const state = z.object({
  day: z.string(),
  /** How many rows were looked at that day, for how many keys Jira was asked, and whether that was all. */
  looked: z.number(),
  asked: z.number(),
  done: z.boolean(),
  /** First the commits without a story are looked through, then those of issues: they may name others too. */
  phase: z.enum(['without_story', 'of_issues']),
  /** Behind which commit, or which issue, to go on; null: with the first. */
  at: z.nullable(position),
  issue: z.nullable(shelfPlace),
});

type State = z.output<typeof state>;
type KeysJob = Job<State>;

const MOST_ASKED = 1_000;

/** A day's rows: they are read for nothing where all is known. */
const MOST_LOOKED = 20_000;

const AT_FIRST = { phase: 'without_story', at: null, issue: null } as const;

/**
 * Asks Jira, by key, for issues that commits name and nobody here knows: an issue that was moved before set-up had a
 * key that only Jira still follows.
 */
export const oldKeysLoop = makeLoop<State>({
  name: 'old_keys',
  state,
  isDue: async ({ state: kept }, session) =>
    (kept?.day !== today(session) || !isDone(kept)) && (await isLoaded(session)),
  run: async (job) => {
    const before = job.checkpoint().state ?? AT_FIRST;
    if (!('day' in before) || before.day !== today(job.session))
      job.begin({ ...before, day: today(job.session), looked: 0, asked: 0, done: false });
    const projects = await projectKeys(job.session);
    if (job.checkpoint().state?.phase === 'without_story') await lookWithoutStory(job, projects);
    if (job.checkpoint().state?.phase === 'of_issues') await lookAtIssues(job, projects);
    const last = job.checkpoint().state;
    if (last && isDone(last)) await job.finish(last, job.checkpoint().began_ms);
  },
});

/** Until then nearly every key is one that nobody here knows. */
const isLoaded = async (session: Session): Promise<boolean> =>
  (await readCheckpoint(session.place(), CENSUS, censusState)).last !== null;

const today = ({ deps }: Session): string => toPhoenixDay(deps.clock());

const isDone = ({ done, asked, looked }: State): boolean =>
  done || asked >= MOST_ASKED || looked >= MOST_LOOKED;

const isStopped = ({ checkpoint, session }: KeysJob): boolean => {
  const { state: now } = checkpoint();
  return now === null || isDone(now) || session.isOver();
};

/** The walk over all commits is one for the table; each of its calls has a short limit of its own. */
const WALK_MS = 15 * MINUTE_MS;

type Projects = ReadonlySet<string>;

/** Goes on where the last turn stopped, repository by repository. */
const lookWithoutStory = async (job: KeysJob, projects: Projects): Promise<void> => {
  const { table, tenant } = job.session.deps;
  const place = { table, signal: AbortSignal.timeout(WALK_MS) };
  const query: GapQuery = { tenant, kind: 'commit', groups: null, from: null, newest_first: true };
  const begin = job.checkpoint().state?.at ?? null;
  for await (const group of gapGroups(place, query, begin))
    for await (const entries of gapsOfGroup(place, query, group, begin)) {
      if (isStopped(job)) return;
      const commits = entries.flatMap(({ row }) => (row === null ? [] : decodeRef(row).state));
      const at = entries.at(-1)?.position ?? job.checkpoint().state?.at ?? null;
      await lookAtCommits(job, { commits, rows: entries.length, projects }, { at });
    }
  if (!isStopped(job)) await saveWith(job, { phase: 'of_issues', at: null });
};

/** Issues whose commits are looked at together. */
const TOGETHER = 50;

const lookAtIssues = async (job: KeysJob, projects: Projects): Promise<void> => {
  const shelves = await listShelves(job.session);
  while (!isStopped(job)) {
    const page = await readShelf(job.session, shelves, job.checkpoint().state?.issue ?? null, TOGETHER);
    if (page === null) return saveWith(job, { ...AT_FIRST, done: true });
    const commits = await commitsOf(job.session, page.ids);
    const rows = page.ids.length + commits.length;
    await lookAtCommits(job, { commits, rows, projects }, { issue: page.next });
  }
};

/** As many calls as may be under way at once. */
const AT_ONCE = 4;

/** What is known of the commits that name these issues. */
const commitsOf = async (session: Session, ids: readonly string[]): Promise<RefState[]> => {
  const { tenant } = session.deps;
  const rows = await readRowsOf(session.place(), ids, (id) => issueLinksKey(tenant, id));
  const keys = new Set(rows.flatMap(([, row]) => decodeIssueLinks(row).keys));
  const refs = await pMap(keys, (key) => namedBy(session, key), { concurrency: AT_ONCE });
  const stored = await readRefs(rowsReader(session.place()), tenant, refs.flat());
  return stored.flatMap((row) => row?.state ?? []);
};

/** More commits than that of one issue are not looked at. */
const MOST_OF_A_KEY = 100;

const namedBy = async (session: Session, key: string): Promise<Ref[]> =>
  (await listNaming(session.place(), key, 'commit', { limit: MOST_OF_A_KEY, after: null })).refs;

type Page = { commits: RefState[]; rows: number; projects: Projects };

/**
 * Asks for what these commits name and nobody here knows.
 * @param next where to go on; not where the day's keys, or the turn's time, were used up: the same ones come again
 */
const lookAtCommits = async (
  job: KeysJob,
  { commits, rows, projects }: Page,
  next: Partial<State>,
): Promise<void> => {
  const { asked = 0, looked = 0 } = job.checkpoint().state ?? {};
  const unknown = await unknownKeys(job, commits, projects);
  const done = await askForAll(job, unknown.slice(0, MOST_ASKED - asked));
  const isWhole = done === unknown.length;
  await saveWith(job, { asked: asked + done, looked: looked + rows, ...(isWhole ? next : {}) });
};

const saveWith = async (job: KeysJob, changed: Partial<State>): Promise<void> => {
  const now = job.checkpoint().state;
  if (now !== null) await job.save({ ...now, ...changed });
};
