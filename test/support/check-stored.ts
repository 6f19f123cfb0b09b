import { expect } from 'vitest';
import * as z from 'zod/mini';
import type { Answer } from './app.ts';
import { issueOf, keysOf, type Sent, snapshotOf, truthOf } from './oracle.ts';

/** A delivery that was taken, and the outcome its 202 told; null when the 202 got lost. */
export type Stored = Sent & { outcome: string | null };

type Get = (target: string) => Promise<Answer>;

const eventList = z.object({
  events: z.array(
    z.looseObject({ event_id: z.string(), outcome: z.string(), occurred_at: z.nullable(z.string()) }),
  ),
  next_cursor: z.nullable(z.string()),
});

const lastEvent = z.nullable(z.looseObject({ event_id: z.string(), event_type: z.string() }));

const idsOf = (stored: readonly Sent[]): string[] =>
  [...new Set(stored.map(({ model }) => issueOf(model)))].filter((id) => id !== null);

/** Its fields are those of the newest delivery, and it says so. */
const checkSnapshot = async (get: Get, id: string, stored: readonly Stored[]): Promise<void> => {
  const truth = truthOf(id, stored);
  const expected = snapshotOf(id, truth);
  const { status, body } = await get(`/issues/${id}`);
  expect(status).toBe(expected === null ? 404 : 200);
  if (expected === null) return;
  expect(body).toMatchObject(expected);
  const last = lastEvent.parse(body.last_event);
  expect(last?.event_id ?? null).toBe(truth.newest?.sent.eventId ?? null);
  expect(last?.event_type ?? null).toBe(truth.newest?.sent.model.event ?? null);
};

const checkEvents = async (get: Get, id: string, stored: readonly Stored[]): Promise<void> => {
  const own = stored.filter(({ model }) => issueOf(model) === id);
  const { events, next_cursor } = eventList.parse((await get(`/issues/${id}/events?limit=100`)).body);
  expect(next_cursor).toBeNull();
  expect(events.map(({ event_id }) => event_id).sort()).toEqual(own.map(({ eventId }) => eventId).sort());
  const times = events.map(({ occurred_at }) => occurred_at ?? '');
  expect(times).toEqual(times.toSorted().reverse());
  const outcomes = new Map(own.map(({ eventId, outcome }) => [eventId, outcome]));
  for (const event of events) expect(event.outcome).toBe(outcomes.get(event.event_id) ?? event.outcome);
  const newest = truthOf(id, own).newest?.sent.eventId;
  expect(events.find(({ event_id }) => event_id === newest)?.outcome).toBe(newest && 'applied');
};

/** The issues a key may find: those that have it now, else those stored that had it. */
const holders = (key: string, stored: readonly Stored[]): string[] => {
  const known = idsOf(stored.filter(({ model }) => keysOf(model).includes(key)));
  const present = known.filter((id) => truthOf(id, stored).newest?.issue.key === key);
  return present.length > 0 ? present : known.filter((id) => snapshotOf(id, truthOf(id, stored)) !== null);
};

/** @returns the id of the issue the key finds; null when only events of it are known. */
const checkKey = async (get: Get, key: string, stored: readonly Stored[]): Promise<unknown> => {
  const possible = holders(key, stored);
  const { status, body } = await get(`/issues/${key.toLowerCase()}`);
  expect(status, `GET by key ${key}`).toBe(possible.length > 0 ? 200 : 404);
  if (possible.length === 0) {
    expect((await get(`/issues/${key}/events`)).status).toBe(200);
    return null;
  }
  expect(possible).toContain(body.issue_id);
  return body.issue_id;
};

const checkLonely = async (get: Get, { eventId, outcome, model }: Stored): Promise<void> => {
  const { status, body } = await get(`/events/${eventId}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ event_id: eventId, event_type: model.event, issue_id: null });
  expect(body.outcome).toBe(outcome ?? 'recorded');
};

/** Side by side, but not so many that they wait for each other longer than a request may take. */
const fewAtOnce = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 8)
    results.push(...(await Promise.all(items.slice(at, at + 8).map(work))));
  return results;
};

/**
 * Compares everything the read side shows with the oracle.
 * @returns which issue each key finds, so that orders can be compared where several issues hold one key
 */
export const checkStored = async (get: Get, stored: readonly Stored[]): Promise<Record<string, unknown>> => {
  const lonely = stored.filter(({ model }) => issueOf(model) === null);
  const keys = [...new Set(stored.flatMap(({ model }) => keysOf(model)))].sort();
  await fewAtOnce(idsOf(stored), (id) => checkSnapshot(get, id, stored));
  await fewAtOnce(idsOf(stored), (id) => checkEvents(get, id, stored));
  await fewAtOnce(lonely, (event) => checkLonely(get, event));
  const found = await fewAtOnce(keys, async (key) => [key, await checkKey(get, key, stored)] as const);
  return Object.fromEntries(found);
};
