import { isEventId } from '../domain/event-id.ts';
import { toPhoenixIso } from '../domain/instant.ts';
import { isIssueId, isIssueKey } from '../domain/issue-key.ts';
import { DEFAULT_TENANT } from '../domain/tenant.ts';
import { decodeCursor, encodeCursor, type Position } from '../http/cursor.ts';
import {
  type Query,
  readDay,
  readDeleted,
  readHours,
  readLimit,
  readOutcome,
  readRequired,
} from '../http/query.ts';
import { type HttpResponse, jsonResponse, problemResponse } from '../http/response.ts';
import { toEventView } from '../store/event-row.ts';
import { type FoundIssue, findIssue } from '../store/find-issue.ts';
import { listDay } from '../store/list-day.ts';
import { listIssues } from '../store/list-issues.ts';
import { getEvent, listIssueEvents, loadEvents } from '../store/read-events.ts';
import { toSnapshot } from '../store/snapshot-row.ts';
import { countEvents } from '../store/stats.ts';
import type { Item, Table } from '../store/table-client.ts';
import type { RouteHandler, RouteHandlers } from './dispatch.ts';
import type { Run } from './run.ts';

const notFound = (detail: string, { run_id, received_ms }: Run): HttpResponse =>
  problemResponse({ type: 'not-found', status: 404, detail, run_id, received_ms });

const NO_ISSUE = 'No issue with this key or id is known. Issues untouched since set-up are not.';

/** Index keys are strings and numbers; anything else would not be a start key of ours. */
const toPosition = (last: Item | null): Position | null =>
  last &&
  Object.fromEntries(
    Object.entries(last).map(([name, value]) => [name, typeof value === 'number' ? value : String(value)]),
  );

const readPage = (query: Query, id: string): { limit: number; after: Position | null } => ({
  limit: readLimit(query),
  after: decodeCursor(id, query.get('cursor')),
});

/** All digits is an id, else a key; text that can be neither finds nothing. */
const lookUp = async (table: Table, keyOrId: string, run: Run): Promise<FoundIssue | null> => {
  const possible = isIssueId(keyOrId) || (isIssueKey(keyOrId) && !/^\d+$/.test(keyOrId));
  return possible ? findIssue(table, DEFAULT_TENANT, keyOrId, run.signal) : null;
};

const getIssue =
  (table: Table): RouteHandler =>
  async (_request, keyOrId, run) => {
    const found = await lookUp(table, keyOrId, run);
    if (!found?.row) return notFound(NO_ISSUE, run);
    return jsonResponse(200, toSnapshot(DEFAULT_TENANT, found.issue_id, found.row));
  };

const getIssues =
  (table: Table): RouteHandler =>
  async ({ query }, _argument, run) => {
    const project = readRequired(query, 'project');
    const filter = {
      status: query.get('status') ?? null,
      fix_version: query.get('fix_version') ?? null,
      deleted: readDeleted(query),
    };
    const id = JSON.stringify(['issues', project.toUpperCase(), filter]);
    if (!isIssueKey(project)) return jsonResponse(200, { issues: [], next_cursor: null });
    const { issues, last } = await listIssues(
      table,
      DEFAULT_TENANT,
      project,
      filter,
      readPage(query, id),
      run.signal,
    );
    return jsonResponse(200, { issues, next_cursor: encodeCursor(id, toPosition(last)) });
  };

const getIssueEvents =
  (table: Table): RouteHandler =>
  async ({ query }, keyOrId, run) => {
    const found = await lookUp(table, keyOrId, run);
    if (!found) return notFound(NO_ISSUE, run);
    const id = JSON.stringify(['issue-events', found.issue_id]);
    const page = readPage(query, id);
    const { items, last } = await listIssueEvents(table, DEFAULT_TENANT, found.issue_id, page, run.signal);
    if (!found.row && items.length === 0 && page.after === null) return notFound(NO_ISSUE, run);
    const events = await loadEvents(table, items, run.received_ms, run.signal);
    return jsonResponse(200, { events, next_cursor: encodeCursor(id, toPosition(last)) });
  };

const getEvents =
  (table: Table): RouteHandler =>
  async ({ query }, _argument, run) => {
    const day = readDay(query, run.received_ms);
    const outcome = readOutcome(query);
    const id = JSON.stringify(['events', day, outcome]);
    const { limit, after } = readPage(query, id);
    const before = after === null ? null : String(after.before);
    const { items, next } = await listDay(
      table,
      { tenant: DEFAULT_TENANT, day, outcome, before, limit },
      run.signal,
    );
    const events = await loadEvents(table, items, run.received_ms, run.signal);
    return jsonResponse(200, {
      events,
      next_cursor: encodeCursor(id, next === null ? null : { before: next }),
    });
  };

const getOneEvent =
  (table: Table): RouteHandler =>
  async (_request, eventId, run) => {
    const found = isEventId(eventId) ? await getEvent(table, eventId, run.received_ms, run.signal) : null;
    if (!found) return notFound('No event with this id is stored. Events expire.', run);
    return jsonResponse(200, toEventView(found.event));
  };

const getStats =
  (table: Table): RouteHandler =>
  async ({ query }, _argument, run) => {
    const hours = readHours(query);
    const { outcomes, event_types, complete } = await countEvents(
      table,
      DEFAULT_TENANT,
      run.received_ms,
      hours,
      run.signal,
    );
    // Nothing waits to be processed as long as there is no correlation to process it.
    const unprocessed = 0;
    const generated_at = toPhoenixIso(run.received_ms);
    return jsonResponse(200, { hours, outcomes, event_types, unprocessed, complete, generated_at });
  };

/** The read side. Unknown query parameters are ignored. */
export const readRoutes = (table: Table): RouteHandlers => ({
  'list-issues': getIssues(table),
  'get-issue': getIssue(table),
  'list-issue-events': getIssueEvents(table),
  'list-events': getEvents(table),
  'get-event': getOneEvent(table),
  stats: getStats(table),
});
