import * as z from 'zod/mini';
import type { Subject } from '../domain/delivery.ts';
import { DAY_MS } from '../domain/instant.ts';
import { listVersionMembers } from '../store/issues/issue-index.ts';
import { type Asked, listAsked, postponeAsked, readAsked, settleAsked } from '../store/reconcile/asked.ts';
import { lookAgain } from './look-again.ts';
import { type Job, makeLoop } from './loop.ts';
import { readFound } from './read-found.ts';
import { type Session, walkOf } from './session.ts';
import { FIRST_PLACE, slicesPlace } from './slices.ts';
import type { Looking } from './take-in.ts';

/** The entry being read: the name of its row, when reading began by our clock, and how far it is. */
const current = z.object({
  name: z.string(),
  began_ms: z.number(),
  /** Position of the search, and whether Jira has shown every issue so far. */
  place: slicesPlace,
  /** Key after which the list of a version's issues continues; null: from its beginning. */
  after: z.nullable(z.string()),
  /** How many issues of the page are done. */
  done: z.number(),
});

const state = z.object({ current: z.nullable(current) });

type Current = z.output<typeof current>;
type AskedJob = Job<z.output<typeof state>>;

/** Reads again what deliveries asked for, the longest overdue first. */
export const askedLoop = makeLoop({
  name: 'asked',
  state,
  isDue: async ({ state: kept }, session) => (kept?.current ?? (await nextDue(session))) !== null,
  run: async (job) => {
    if (currentOf(job) === null) job.begin({ current: null });
    while (!job.session.isOver()) {
      const next = currentOf(job) ?? (await nextDue(job.session));
      if (next === null) return job.finish({ current: null }, job.checkpoint().began_ms);
      await readOn(job, next);
    }
  },
});

const currentOf = (job: AskedJob): Current | null => job.checkpoint().state?.current ?? null;

const nextDue = async (session: Session): Promise<Current | null> => {
  const now = session.deps.clock();
  let first: Asked | null = null;
  for await (const page of listAsked(walkOf(session.deps)))
    for (const asked of page)
      if (asked.due_ms <= now && asked.due_ms < (first?.due_ms ?? Infinity)) first = asked;
  return first && { name: first.name, began_ms: now, place: FIRST_PLACE, after: null, done: 0 };
};

/** Reads one page of an entry. The entry is settled once its last page is stored. */
const readOn = async (job: AskedJob, now: Current): Promise<void> => {
  const asked = await readAsked(job.session.place(), now.name);
  if (asked === null) return job.save({ current: null });
  const { ids, next, ...page } = await readPage(job.session, asked.subject, now);
  const { left, unread } = await lookAgain(expecting(job), ids.slice(now.done));
  const whole = page.whole && now.place.whole && unread.length === 0;
  const save = (next: Current): Promise<void> =>
    job.save({ current: { ...next, place: { ...next.place, whole } } });
  if (left.length > 0) return save({ ...now, done: ids.length - left.length });
  if (next !== null) return save({ ...now, ...next, done: 0 });
  const place = job.session.place();
  // Issues that Jira did not show this time, it may show on the next day.
  await (whole
    ? settleAsked(place, asked, now.began_ms)
    : postponeAsked(place, asked, now.began_ms + DAY_MS));
  await job.save({ current: null });
};

/** The job without counters of drift: a webhook announced that these issues differ. */
const expecting = (job: AskedJob): Looking => ({
  ...job,
  count: ({ compared: _, differed: __, ...counted }) => job.count(counted),
});

type Page = { ids: string[]; next: Pick<Current, 'place' | 'after'> | null; whole: boolean };

const readPage = async (session: Session, subject: Subject, now: Current): Promise<Page> => {
  if (subject.kind === 'version_name') return listMembers(session, subject.name, now);
  if (subject.kind === 'issue') return { ids: [subject.id], next: null, whole: true };
  const { ids, place, whole } = await readFound(session, CLAUSES[subject.kind](subject.id), now.place);
  return { ids, next: place === null ? null : { place, after: null }, whole };
};

const CLAUSES = {
  version: (id: string) => `(fixVersion = ${id} OR affectedVersion = ${id})`,
  project: (id: string) => `project = ${id}`,
  sprint: (id: string) => `sprint = ${id}`,
};

const PAGE = 1_000;

const memberKey = z.object({ pk: z.string(), sk: z.string() });

/** Jira does not know a deleted version: our own list has all issues that have or had a fix version of its name. */
const listMembers = async (session: Session, version: string, now: Current): Promise<Page> => {
  const after = now.after === null ? null : z.parse(memberKey, JSON.parse(now.after));
  const { issue_ids, last } = await listVersionMembers(session.place(), version, { limit: PAGE, after });
  const next = last && { place: now.place, after: JSON.stringify(last) };
  return { ids: issue_ids, next, whole: true };
};
