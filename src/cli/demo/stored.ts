import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { textTable } from '../shared/text-table.ts';
import { type Found, get, orStrange } from './found.ts';
import { ENDS_AS, ENDS_COUNTED, ENDS_WITH_EVENTS } from './story.ts';

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

/** Everything stored, asked for over HTTP: by the old key, by the new one, its events and the counts. */
export const readStored = (base: string): Promise<Found[]> =>
  Promise.all(READERS.map(({ route, read }) => orStrange(route, read(base, route))));
