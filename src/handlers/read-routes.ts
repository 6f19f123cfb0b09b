import type { Env } from '../contract/env.ts';
import { isEventId } from '../domain/event-id.ts';
import { toPhoenixIso } from '../domain/instant.ts';
import { isIssueKey, lookupKey } from '../domain/issue-key.ts';
import { DEFAULT_TENANT } from '../domain/tenant.ts';
import { decodeCursor, encodeCursor, type Position } from '../http/cursor.ts';
import {
  type Query,
  readDay,
  readDeleted,
  readFilter,
  readHours,
  readLimit,
  readOutcome,
  readRequired,
} from '../http/query.ts';
import { jsonResponse } from '../http/response.ts';
import { toEventView } from '../store/event-view.ts';
import { listDay } from '../store/list-day.ts';
import { listIssues } from '../store/list-issues.ts';
import { readProcessing } from '../store/processing.ts';
import { getEvent, listIssueEvents, loadEvents } from '../store/read-events.ts';
import { toSnapshot } from '../store/snapshot-row.ts';
import { countEvents } from '../store/stats.ts';
import type { Item, Table } from '../store/table-client.ts';
import { countWaiting } from './correlate/count-waiting.ts';
import { correlationRoutes } from './correlation-routes.ts';
import { openTable, type Platform } from './deps.ts';
import type { RouteHandler, RouteHandlers } from './dispatch.ts';
import { lookUpIssue, noIssue, notFound } from './look-up-issue.ts';

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

const getIssue =
  (table: Table): RouteHandler =>
  async (_request, keyOrId, run) => {
    const found = await lookUpIssue(table, keyOrId, run);
    if (!found?.row) return noIssue(run);
    return jsonResponse(200, toSnapshot(DEFAULT_TENANT, found.issue_id, found.row, found.superseded_by));
  };

const getIssues =
  (table: Table): RouteHandler =>
  async ({ query }, _argument, run) => {
    const project = readRequired(query, 'project');
    const filter = {
      status: query.get('status') ?? null,
      fix_version: readFilter(query, 'fix_version'),
      deleted: readDeleted(query),
    };
    const id = JSON.stringify(['issues', lookupKey(project), filter]);
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
    const found = await lookUpIssue(table, keyOrId, run);
    if (!found) return noIssue(run);
    const id = JSON.stringify(['issue-events', found.issue_id]);
    const page = readPage(query, id);
    const { items, last } = await listIssueEvents(table, DEFAULT_TENANT, found.issue_id, page, run.signal);
    if (!found.row && items.length === 0 && page.after === null) return noIssue(run);
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
    const [processing] = await readProcessing(table, [eventId], run.received_ms, run.signal);
    return jsonResponse(200, toEventView(found.event, processing));
  };

const getStats =
  (table: Table, retention_days: number): RouteHandler =>
  async ({ query }, _argument, run) => {
    const hours = readHours(query);
    const { received_ms: now, signal } = run;
    const [counts, waiting] = await Promise.all([
      countEvents(table, DEFAULT_TENANT, now, hours, signal),
      countWaiting(table, { tenant: DEFAULT_TENANT, hours, retention_days }, now, signal),
    ]);
    const { outcomes, event_types } = counts;
    const complete = counts.complete && waiting.complete;
    const { unprocessed, lag_seconds, failed } = waiting;
    const generated_at = toPhoenixIso(now);
    const body = { hours, outcomes, event_types, unprocessed, lag_seconds, failed, complete, generated_at };
    return jsonResponse(200, body);
  };

type ReadDeps = { table: Table; git_sha: string; retention_days: number };

/** The read side. */
const readRoutes = ({ table, git_sha, retention_days }: ReadDeps): RouteHandlers => ({
  'list-issues': getIssues(table),
  'get-issue': getIssue(table),
  'list-issue-events': getIssueEvents(table),
  'list-events': getEvents(table),
  'get-event': getOneEvent(table),
  stats: getStats(table, retention_days),
  ...correlationRoutes({ table, git_sha }),
});

/** The read side as the environment names it. */
export const openReadRoutes = (env: Env, platform: Platform): RouteHandlers =>
  readRoutes({
    table: openTable(env, platform.dynamodb),
    git_sha: env.GIT_SHA ?? 'unknown',
    retention_days: env.EVENT_RETENTION_DAYS,
  });
