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
  /** Rows looked at on that day, keys that Jira was asked for, and whether no row is left. */
  looked: z.number(),
  asked: z.number(),
  done: z.boolean(),
  /** First the commits without a story, then those of issues, which may name other keys too. */
  phase: z.enum(['without_story', 'of_issues']),
  /** The commit, or the issue, after which to continue; null: from the first. */
  at: z.nullable(position),
  issue: z.nullable(shelfPlace),
});

type State = z.output<typeof state>;
type KeysJob = Job<State>;

const MOST_ASKED = 1_000;

/** Rows per day, limited because reading them is wasted where all keys are known. */
const MOST_LOOKED = 20_000;

const AT_FIRST = { phase: 'without_story', at: null, issue: null } as const;

/**
 * Asks Jira, by key, for issues that commits name and that are not stored: an issue that was moved before set-up had a
 * key that only Jira can still resolve.
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

/** Before the first census is complete, nearly every key is unknown. */
const isLoaded = async (session: Session): Promise<boolean> =>
  (await readCheckpoint(session.place(), CENSUS, censusState)).last !== null;

const today = ({ deps }: Session): string => toPhoenixDay(deps.clock());

const isDone = ({ done, asked, looked }: State): boolean =>
  done || asked >= MOST_ASKED || looked >= MOST_LOOKED;

const isStopped = ({ checkpoint, session }: KeysJob): boolean => {
  const { state: now } = checkpoint();
  return now === null || isDone(now) || session.isOver();
};

/** One time limit for the whole walk over the commits; each call in it has a short limit of its own. */
const WALK_MS = 15 * MINUTE_MS;

type Projects = ReadonlySet<string>;

/** Continues where the last turn stopped, repository by repository. */
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

/** Concurrent calls. */
const AT_ONCE = 4;

/** The stored states of the commits that name these issues. */
const commitsOf = async (session: Session, ids: readonly string[]): Promise<RefState[]> => {
  const { tenant } = session.deps;
  const rows = await readRowsOf(session.place(), ids, (id) => issueLinksKey(tenant, id));
  const keys = new Set(rows.flatMap(([, row]) => decodeIssueLinks(row).keys));
  const refs = await pMap(keys, (key) => namedBy(session, key), { concurrency: AT_ONCE });
  const stored = await readRefs(rowsReader(session.place()), tenant, refs.flat());
  return stored.flatMap((row) => row?.state ?? []);
};

/** At most this many commits are looked at per key. */
const MOST_OF_A_KEY = 100;

const namedBy = async (session: Session, key: string): Promise<Ref[]> =>
  (await listNaming(session.place(), key, 'commit', { limit: MOST_OF_A_KEY, after: null })).refs;

type Page = { commits: RefState[]; rows: number; projects: Projects };

/**
 * Asks Jira for the unknown keys that these commits name.
 * @param next where to continue; not saved if the day's keys or the turn's time ran out, so the commits are repeated
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
