import type { EventView } from '../domain/delivery.ts';
import { isEventId } from '../domain/event-id.ts';
import { feedOf } from '../domain/source.ts';
import { afterIssueEvent, beforeRun, cursorId, encodeCursor } from '../http/cursor.ts';
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
import { jsonResponse } from '../http/response.ts';
import { eventKey, issuePartition } from '../store/calls/keys.ts';
import type { Item, Table } from '../store/calls/table.ts';
import { listDay } from '../store/events/day.ts';
import { eventIdOf } from '../store/events/event-row.ts';
import { readProcessing } from '../store/events/processing.ts';
import { getEvent, listIssueEvents, loadEvents, toEventView } from '../store/events/read-events.ts';
import { askedFor, lookUpListed, noIssue, notKnown } from './issues.ts';
import { newPageRoom, type ReadDeps, readStart } from './listing.ts';

/** All issues' events share it: the position names the issue. */
const ISSUE_EVENTS = ['issue-events'];

/** `GET /issues/{issue}/events`. */
export const getIssueEvents =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async ({ query }, keyOrId, run) => {
    const limit = readLimit(query);
    const id = cursorId(tenant, ISSUE_EVENTS);
    const after = readStart(query, id, afterIssueEvent);
    const found = await lookUpListed({ table, tenant }, keyOrId, after, run);
    if (!found) return noIssue(run);
    const { issue_id, row } = found;
    const page = { limit, after: after && eventEntry(tenant, issue_id, after) };
    const { items, last } = await listIssueEvents({ table, tenant, signal: run.signal }, issue_id, page);
    if (!row && items.length === 0 && after === null) return noIssue(run);
    const { events, last: lastShown } = await fillEvents(table, items, run);
    const next = lastShown ?? last;
    const asked = askedFor(keyOrId);
    const position = next && {
      issue_id,
      asked,
      event_id: eventIdOf(next),
      occurred_ms: Number(next.occurred_ms),
    };
    return jsonResponse(200, { events, next_cursor: encodeCursor(id, position) });
  };

/** An event's entry in the index of its issue. */
const eventEntry = (
  tenant: string,
  issueId: string,
  { event_id, occurred_ms }: { event_id: string; occurred_ms: number },
) => ({
  ...eventKey(event_id),
  issue_pk: issuePartition(tenant, issueId),
  occurred_ms,
});

type EventPage = { events: EventView[]; last: Item | null };

/**
 * As many of the events behind these entries as a page has room for; `last` is the last entry looked at, if not all.
 */
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

/** `GET /events`: those of one day; of a source that is no sender only where it is asked for. */
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
    const { received_ms, signal } = run;
    const found = isEventId(eventId) ? await getEvent({ table, tenant, signal }, eventId, received_ms) : null;
    if (found === null) return notKnown('No event with this id is stored. Events expire.', run);
    const [processing] = await readProcessing({ table, signal }, [eventId], received_ms);
    return jsonResponse(200, toEventView(found.event, processing));
  };
