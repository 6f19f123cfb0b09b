import * as z from 'zod/mini';
import type { Item } from '../../../src/store/calls/table.ts';
import type { TestApp } from '../../support/app.ts';
import { scanTable } from '../../support/correlation.ts';
import { numberOf } from './bodies.ts';

/** What differs between two ways to the same end: how often a row was written, when, and how often tried. */
const VOLATILE = new Set(['rev', 'attempts', 'first_ms', 'last_ms', 'expires_at']);

/** Rows of correlation: what came of issues, commits, keys, and each event's processing. */
const isDerived = ({ pk, sk }: Item): boolean => {
  const [letter] = String(pk);
  return sk === 'L' || sk === 'P' || (letter === 'K' && !String(sk).startsWith('I#'));
};

const stable = (row: Item): string => {
  const kept = Object.entries(row).filter(([name]) => !VOLATILE.has(name));
  return JSON.stringify(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

/** Everything correlation has written that must not depend on the way there, one line a row. */
export const derivedRows = async (app: TestApp): Promise<string[]> =>
  (await scanTable(app)).filter(isDerived).map(stable).sort();

const listing = z.object({ items: z.array(z.record(z.string(), z.unknown())), next_cursor: z.null() });

const itemsOf = async (app: TestApp, target: string): Promise<Record<string, unknown>[]> => {
  const { status, body } = await app.get(`${target}?limit=100`);
  if (status !== 200) throw new Error(`${target}: ${status}`);
  return listing.parse(body).items;
};

/** The commits of an issue, as `3 message`. */
export const commitsOf = async (app: TestApp, key: string): Promise<string[]> =>
  (await itemsOf(app, `/issues/${key}/commits`)).map(({ sha, rule }) => `${numberOf(String(sha))} ${rule}`);

/** Keys of the stories without commits. */
export const bareStories = async (app: TestApp): Promise<string[]> =>
  (await itemsOf(app, '/gaps/stories-without-commits')).map(({ issue_key }) => String(issue_key));

/** Numbers of the commits without a story, newest first. */
export const strayCommits = async (app: TestApp): Promise<number[]> =>
  (await itemsOf(app, '/gaps/commits-without-story')).map(({ sha }) => numberOf(String(sha)));

const processing = z.object({
  processing: z.object({
    status: z.string(),
    attempts: z.number(),
    first_at: z.nullable(z.string()),
    last_at: z.nullable(z.string()),
    reason: z.nullable(z.string()),
  }),
});

/** What `GET /events/{event_id}` says became of an event. */
export const processingOf = async (app: TestApp, eventId: unknown) =>
  processing.parse((await app.get(`/events/${eventId}`)).body).processing;
