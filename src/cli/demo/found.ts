import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { retry } from '../../platform/retry.ts';
import { textTable } from '../shared/tables.ts';
import { RELEASE_ENDS_AS } from './release.ts';
import { ENDS_AS, ENDS_COUNTED, ENDS_WITH_EVENTS } from './story.ts';

/** The answer of a route as text, and whether it is what the story must end with. */
export type Found = { route: string; text: string; ok: boolean };

/** Retries for a busy machine, whose table may be slow: the instance then answers 5xx. */
const LATER = { tries: 5, first_ms: 250, longest_ms: 2_000, by_chance: 0.5 };

/** The answer of a route, retried while it is 5xx. @throws after five tries */
export const get = (base: string, route: string): Promise<unknown> =>
  retry(async () => {
    const answer = await fetch(`${base}${route}`, { signal: AbortSignal.timeout(10_000) });
    if (answer.status >= 500) throw new Error(`GET ${route} was answered ${answer.status}`);
    return answer.json();
  }, LATER);

/** Reports an answer of another shape as such, so that the others are still shown. */
export const orStrange = (route: string, found: Promise<Found>): Promise<Found> =>
  found.catch(() => ({ route, text: 'The answer has an unexpected shape.', ok: false }));

const issue = z.object({
  issue_id: z.string(),
  issue_key: z.nullable(z.string()),
  project_key: z.nullable(z.string()),
  summary: z.nullable(z.string()),
  status: z.nullable(z.string()),
  deleted: z.boolean(),
  deleted_at: z.nullable(z.string()),
});

const events = z.object({
  events: z.array(
    z.object({
      occurred_at: z.nullable(z.string()),
      event_type: z.nullable(z.string()),
      issue_key: z.nullable(z.string()),
      outcome: z.string(),
    }),
  ),
});

const stats = z.object({
  outcomes: z.object({
    applied: z.number(),
    stale: z.number(),
    recorded: z.number(),
    quarantined: z.number(),
  }),
});

/** Everything stored, read over HTTP: the issue by its old and its new key, its events, and the counts. */
export const readStored = (base: string): Promise<Found[]> =>
  Promise.all(READERS.map(({ route, read }) => orStrange(route, read(base, route))));

const readIssue = async (base: string, route: string): Promise<Found> => {
  const found = issue.parse(await get(base, route));
  const rows = Object.entries(found).map(([name, value]) => [name, String(value)]);
  return { route, text: textTable(['field', 'value'], rows), ok: isDeepStrictEqual(found, { ...ENDS_AS }) };
};

const readEvents = async (base: string, route: string): Promise<Found> => {
  const found = events.parse(await get(base, route)).events;
  const head = ['occurred_at', 'event_type', 'key', 'outcome'];
  const rows = found.map((one) => [one.occurred_at, one.event_type, one.issue_key, one.outcome].map(String));
  const short = found.map((one) => `${one.event_type} ${one.outcome}`);
  return { route, text: textTable(head, rows), ok: isDeepStrictEqual(short, ENDS_WITH_EVENTS) };
};

const readStats = async (base: string, route: string): Promise<Found> => {
  const { outcomes } = stats.parse(await get(base, route));
  const rows = Object.entries(outcomes).map(([name, count]) => [name, String(count)]);
  return {
    route,
    text: textTable(['outcome', 'events'], rows),
    ok: isDeepStrictEqual(outcomes, ENDS_COUNTED),
  };
};

const READERS = [
  { route: '/issues/DEMO-1', read: readIssue },
  { route: '/issues/OPS-3', read: readIssue },
  { route: '/issues/DEMO-1/events', read: readEvents },
  { route: '/stats?hours=1', read: readStats },
];

const commit = z.object({
  repository: z.string(),
  sha: z.string(),
  message_title: z.string(),
  phoenix_committed_at: z.string(),
});

const linked = z.object({ ...commit.shape, rule: z.string() });

const story = z.object({ issue_key: z.string(), summary: z.string(), status: z.string() });

/** A listing as a table, and its items in the form that the story expects. */
type Shown = { head: string[]; rows: string[][]; items: string[] };

/** What correlation found: the commits of a story, stories without commits, and commits without a story. */
export const readCorrelated = (base: string): Promise<Found[]> => {
  const routes = Object.keys(RELEASE_ENDS_AS);
  const shows = routes.map((route, index) => ({ route, show: SHOWN_BY[index] ?? showCommits }));
  return Promise.all(shows.map(({ route, show }) => orStrange(route, read(base, route, show))));
};

const showCommits = (found: unknown): Shown => {
  const { items } = answer(commit).parse(found);
  return {
    head: ['committed (Phoenix)', 'commit', 'title'],
    rows: items.map((one) => [one.phoenix_committed_at, one.sha.slice(0, 8), one.message_title]),
    items: items.map((one) => one.message_title),
  };
};

const answer = <Item extends z.ZodMiniType>(item: Item) =>
  z.object({ items: z.array(item), next_cursor: z.null() });

const title = (message: string): string => message.replace(/^SHOP-1 /, '');

const read = async (base: string, route: string, show: (found: unknown) => Shown): Promise<Found> => {
  const { head, rows, items } = show(await get(base, route));
  return { route, text: textTable(head, rows), ok: isDeepStrictEqual(items, RELEASE_ENDS_AS[route]) };
};

const showLinked = (found: unknown): Shown => {
  const { items } = answer(linked).parse(found);
  return {
    head: ['committed (Phoenix)', 'commit', 'title', 'rule'],
    rows: items.map((one) => [one.phoenix_committed_at, one.sha.slice(0, 8), one.message_title, one.rule]),
    items: items.map((one) => `${title(one.message_title)} by ${one.rule}`),
  };
};

const showStories = (found: unknown): Shown => {
  const { items } = answer(story).parse(found);
  return {
    head: ['story', 'summary', 'status'],
    rows: items.map((one) => [one.issue_key, one.summary, one.status]),
    items: items.map((one) => `${one.issue_key} ${one.summary}`),
  };
};

const SHOWN_BY = [showLinked, showStories, showCommits];
