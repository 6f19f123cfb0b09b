import * as z from 'zod/mini';
import type { TestApp } from '../../support/app.ts';
import { scanTable } from '../../support/correlation.ts';
import { allowedOutcomes, type Outcome, type Sent } from '../../support/oracle.ts';
import type { Outgoing } from '../sender/drawn-deliveries.ts';
import type { Result } from '../sender/jira-model.ts';
import { distinct, idOf, issueDeliveries } from './judged.ts';
import { readListing } from './read-listing.ts';

/** The outcome stored with each event, by its id. */
export type StoredEvents = Map<string, string>;

const listed = z.array(z.looseObject({ event_id: z.string() }));

/** Rows that a run puts into the table itself, to see what they do to others, begin so. */
export const POISON = 'E#evt_00000000000000000000';

/** What is stored of events, read from the rows themselves. */
export const readEvents = async (app: TestApp): Promise<StoredEvents> => {
  const rows = (await scanTable(app)).filter(
    // What people changed of connections is in the table too; nobody sent it.
    ({ pk, sk, source }) => sk === 'E' && source !== 'admin' && !String(pk).startsWith(POISON),
  );
  return new Map(rows.map(({ pk, outcome }) => [String(pk).slice('E#'.length), String(outcome)]));
};

const isAcknowledged = (results: readonly Result[]): boolean =>
  results.some(({ event_id }) => event_id !== null);

/** Acknowledged with 2xx, and no event. */
export const countLost = (results: readonly Result[], stored: StoredEvents): number =>
  [...distinct(results)].filter(([id, own]) => isAcknowledged(own) && !stored.has(id)).length;

/** Events of no bytes that were sent, ids that an answer told and nobody stored, and events listed twice. */
export const countDoubled = async (
  app: TestApp,
  results: readonly Result[],
  stored: StoredEvents,
): Promise<number> => {
  const expected = new Set(results.map(({ outgoing }) => idOf(outgoing)));
  const unknown = [...stored.keys()].filter((id) => !expected.has(id)).length;
  const misnamed = results.filter(({ event_id, outgoing }) => event_id && event_id !== idOf(outgoing)).length;
  const issues = new Set(
    issueDeliveries(results.map((one) => one.outgoing)).map(({ model }) => model.issue.id),
  );
  const lists = await Promise.all([...issues].map((id) => readListing(app.get, `/issues/${id}/events`)));
  const repeated = lists.map((list) => {
    const ids = listed.parse(list).map(({ event_id }) => event_id);
    return ids.length - new Set(ids).size;
  });
  return unknown + misnamed + repeated.reduce((sum, count) => sum + count, 0);
};

const allowed = (sent: Sent, all: readonly Sent[]): Outcome[] => allowedOutcomes(sent, all, []);

/** Outcomes that no order of arrival explains, and those told in a 202 that are not the stored ones. */
export const countWrongOutcomes = (results: readonly Result[], stored: StoredEvents): number => {
  const deliveries: Outgoing[] = results.map(({ outgoing }) => outgoing);
  const sent = issueDeliveries(deliveries.filter((one) => stored.has(idOf(one))));
  const impossible = sent.filter((one) => {
    const outcome = stored.get(one.eventId);
    return !allowed(one, sent).some((possible) => possible === outcome);
  });
  const misreported = results.filter(
    ({ outcome, outgoing }) => outcome !== null && stored.get(idOf(outgoing)) !== outcome,
  );
  return impossible.length + misreported.length;
};
