import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { textTable } from '../shared/text-table.ts';
import { type Found, get, orStrange } from './found.ts';
import { RELEASE_ENDS_AS } from './release.ts';

const commit = z.object({
  repository: z.string(),
  sha: z.string(),
  message_title: z.string(),
  phoenix_committed_at: z.string(),
});
const linked = z.object({ ...commit.shape, rule: z.string() });
const story = z.object({ issue_key: z.string(), summary: z.string(), status: z.string() });

const answer = <Item extends z.ZodMiniType>(item: Item) =>
  z.object({ items: z.array(item), next_cursor: z.null() });

/** A listing as a table, and its items in the words the story expects. */
type Shown = { head: string[]; rows: string[][]; items: string[] };

const title = (message: string): string => message.replace(/^SHOP-1 /, '');

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

const showCommits = (found: unknown): Shown => {
  const { items } = answer(commit).parse(found);
  return {
    head: ['committed (Phoenix)', 'commit', 'title'],
    rows: items.map((one) => [one.phoenix_committed_at, one.sha.slice(0, 8), one.message_title]),
    items: items.map((one) => one.message_title),
  };
};

const SHOWN_BY = [showLinked, showStories, showCommits];

const read = async (base: string, route: string, show: (found: unknown) => Shown): Promise<Found> => {
  const { head, rows, items } = show(await get(base, route));
  return { route, text: textTable(head, rows), ok: isDeepStrictEqual(items, RELEASE_ENDS_AS[route]) };
};

/** What correlation found: the commits of a story, the stories without any, the commits without one. */
export const readCorrelated = (base: string): Promise<Found[]> => {
  const routes = Object.keys(RELEASE_ENDS_AS);
  const shows = routes.map((route, index) => ({ route, show: SHOWN_BY[index] ?? showCommits }));
  return Promise.all(shows.map(({ route, show }) => orStrange(route, read(base, route, show))));
};
