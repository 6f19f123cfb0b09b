import { isEventId } from '../domain/event-id.ts';
import { feedOf } from '../domain/source.ts';
import { beforeRun, cursorId, encodeCursor } from '../http/cursor.ts';
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
import { jsonResponse } from '../http/response.ts';
import { listDay } from '../store/events/day.ts';
import { readProcessing } from '../store/events/processing.ts';
import { getEvent, toEventView } from '../store/events/read-events.ts';
import { fillEvents } from './event-page.ts';
import { notKnown } from './issues.ts';
import { type ReadDeps, readStart } from './listing.ts';

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
