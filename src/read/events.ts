import type * as z from 'zod/mini';
import type { EventView } from '../domain/delivery.ts';
import { isEventId } from '../domain/event-id.ts';
import { MOST_ANSWER_BYTES } from '../domain/sizes.ts';
import { feedOf } from '../domain/source.ts';
import { afterIssueEvent, beforeRun, cursorId, encodeCursor, type Position } from '../http/cursor.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import {
  type Query,
  readConnection,
  readDay,
  readFilter,
  readLimit,
  readOutcome,
  readSource,
} from '../http/query.ts';
import type { Run } from '../http/request.ts';
import { bytesResponse, type HttpResponse, jsonResponse, problemResponse } from '../http/response.ts';
import type { Item, Table } from '../store/calls/table.ts';
import { listDay } from '../store/events/day.ts';
import {
  type After,
  behindEntries,
  type IssueEntry,
  type ListPlace,
  listIssueEvents,
} from '../store/events/issue-events.ts';
import { readProcessing } from '../store/events/processing.ts';
import { getEvent, loadEvents, toEventView } from '../store/events/read-events.ts';
import { askedFor, namesOf, noIssue, notKnown } from './issues.ts';
import { newPageRoom, type ReadDeps, readStart } from './listing.ts';

/** `GET /events`: the events of one day. Observations and audit events are listed only if `source` asks for them. */
export const getEvents =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async ({ query }, _argument, run) => {
    const day = readDay(query, run.received_ms);
    const asked = readDayFilter(query);
    const feed = asked.source === null ? 'deliveries' : feedOf(asked.source);
    const filter = feed === 'deliveries' ? asked : { ...asked, source: null };
    const id = cursorId(tenant, ['events', day, asked]);
    const limit = readLimit(query);
    const before = readStart(query, id, beforeRun)?.before ?? null;
    const { items, next } = await listDay(
      { table, signal: run.signal },
      { tenant, day, feeds: [feed], filter, before, limit },
    );
    const { events, last } = await fillEvents(table, items, run);
    const goesOn = last === null ? next : String(last.run_id);
    const position = goesOn === null ? null : { before: goesOn };
    return jsonResponse(200, { events, next_cursor: encodeCursor(id, position) });
  };

/** @throws BadRequestError */
const readDayFilter = (query: Query) => ({
  outcome: readOutcome(query),
  event_type: readFilter(query, 'event_type'),
  source: readSource(query),
  connection_id: readConnection(query),
});

/** `GET /events/{event_id}`. */
export const getOneEvent =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async (_request, eventId, run) => {
    const found = await findEvent({ table, tenant }, eventId, run);
    if (found === null) return notKnown('No event with this id is stored. Events expire.', run);
    const place = { table, signal: run.signal };
    const [processing] = await readProcessing(place, [eventId], run.received_ms);
    return jsonResponse(200, toEventView(found.event, processing));
  };

/** The tenant's event, or null; text that is not an event id is not looked up. */
export const findEvent = async (
  { table, tenant }: Pick<ReadDeps, 'table' | 'tenant'>,
  eventId: string,
  { signal, received_ms }: Run,
) => (isEventId(eventId) ? getEvent({ table, tenant, signal }, eventId, received_ms) : null);

/** One cursor id for the events of all issues, because the position names the issue. */
const ISSUE_EVENTS = ['issue-events'];

/** `GET /issues/{issue}/events`: events with the issue's id, and events that named only one of its keys. */
export const getIssueEvents =
  (deps: ReadDeps): RouteHandler =>
  async ({ query }, keyOrId, run) => {
    const limit = readLimit(query);
    const id = cursorId(deps.tenant, ISSUE_EVENTS);
    const start = readStart(query, id, afterIssueEvent);
    const { names, known } = await namesOf(deps, keyOrId, start, run);
    const after = afterOf(start);
    const place = { table: deps.table, tenant: deps.tenant, signal: run.signal };
    const { entries, more } = await listIssueEvents(place, names, { limit, after });
    if (!known && entries.length === 0 && start === null) return noIssue(run);
    const items = entries.map(({ entry }) => entry);
    const { events, last } = await fillEvents(deps.table, items, run);
    const shown = last === null ? entries : entries.slice(0, items.indexOf(last) + 1);
    const goesOn = more || shown.length < entries.length;
    const whose = { issue_id: names.issue_id ?? '', asked: askedFor(keyOrId) };
    return jsonResponse(200, {
      events,
      next_cursor: encodeCursor(id, goesOn ? { ...whose, ...positionOf(shown, after) } : null),
    });
  };

type Start = z.output<typeof afterIssueEvent> | null;

const placeIn = (id: string | undefined, occurred_ms: number | undefined): ListPlace | null =>
  id === undefined || occurred_ms === undefined ? null : { id, occurred_ms };

const afterOf = (start: Start): After => ({
  by_id: placeIn(start?.event_id, start?.occurred_ms),
  by_key: placeIn(start?.key_event_id, start?.key_occurred_ms),
});

/** In each of the two lists, after the last event shown on this or an earlier page. */
const positionOf = (shown: IssueEntry[], after: After): Position => {
  const { by_id, by_key } = behindEntries(shown, after);
  return {
    ...(by_id && { event_id: by_id.id, occurred_ms: by_id.occurred_ms }),
    ...(by_key && { key_event_id: by_key.id, key_occurred_ms: by_key.occurred_ms }),
  };
};

/** `GET /bodies/{event_id}`: the bytes that were delivered, from the table or the artifact store. */
export const getBody =
  ({ table, tenant, rawBodies }: ReadDeps): RouteHandler =>
  async (_request, eventId, run) => {
    const found = await findEvent({ table, tenant }, eventId, run);
    // The artifact store does not know tenants, so only bodies of the tenant's own events are read from it.
    if (found === null) return notKept(run);
    const bytes = found.raw ?? (await rawBodies.get(eventId, run.signal));
    if (bytes === null) return notKept(run);
    return base64Length(bytes) > MOST_ANSWER_BYTES ? tooLarge(run) : bytesResponse(bytes, `${eventId}.bin`);
  };

const notKept = (run: Run): HttpResponse =>
  notKnown('No body of an event with this id is stored. Events expire, and issues are erased.', run);

/** The bytes that count towards Lambda's response limit. */
const base64Length = (bytes: Uint8Array): number => Math.ceil(bytes.length / 3) * 4;

/** Only for an observation, or a body stored by an instance with a larger limit; no delivery here is too large. */
const tooLarge = ({ run_id, received_ms }: Run): HttpResponse => {
  const detail = 'This body is larger than an answer may be. npm run event -- ID --raw prints it.';
  return problemResponse({ type: 'body-too-large', status: 413, detail, run_id, received_ms });
};

/** `last`: the last entry processed; null if all were. */
type EventPage = { events: EventView[]; last: Item | null };

/** Loads the events of these entries, as many as a page has room for. */
const fillEvents = async (table: Table, entries: Item[], run: Run): Promise<EventPage> => {
  const events: EventView[] = [];
  const room = newPageRoom();
  let last: Item | null = null;
  for await (const { entry, event, bytes } of loadEvents(
    { table, signal: run.signal },
    entries,
    run.received_ms,
  )) {
    if (!room.read(bytes) || (event !== null && !room.take(event))) return { events, last };
    if (event !== null) events.push(event);
    last = entry;
  }
  return { events, last: null };
};
