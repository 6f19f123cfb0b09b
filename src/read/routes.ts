import type * as z from 'zod/mini';
import type { Env } from '../contract/env.ts';
import type { EventView } from '../domain/event.ts';
import { isEventId } from '../domain/event-id.ts';
import { toPhoenixIso } from '../domain/instant.ts';
import { isIssueKey, lookupKey } from '../domain/issue-key.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { cursorId, decodeCursor, encodeCursor, readPosition } from '../http/cursor.ts';
import type { RouteHandler, RouteHandlers } from '../http/dispatch.ts';
import { afterIssue, afterIssueEvent, beforeRun } from '../http/positions.ts';
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
import type { Run } from '../http/run.ts';
import { eventKey, issuePartition } from '../store/calls/keys.ts';
import type { Item, Table } from '../store/calls/table.ts';
import { listDay } from '../store/events/day.ts';
import { eventIdOf } from '../store/events/event-row.ts';
import { readProcessing } from '../store/events/processing.ts';
import { getEvent, listIssueEvents, loadEvents, toEventView } from '../store/events/read-events.ts';
import { countEvents } from '../store/events/stats.ts';
import { listIssues } from '../store/issues/list-issues.ts';
import { toSnapshot } from '../store/issues/snapshot-row.ts';
import { openTable, type Platform, tenantOf } from '../wiring/open.ts';
import { boundSnapshot } from './bound-snapshot.ts';
import { correlationRoutes } from './correlation-routes.ts';
import { countWaiting } from './count-waiting.ts';
import { askedFor, lookUpIssue, lookUpListed, noIssue, notFound } from './look-up-issue.ts';
import { newPageRoom } from './page-room.ts';

type ReadDeps = { table: Table; tenant: string; git_sha: string; retention_days: number };

/** Where a page of this query begins, null for the first one. @throws BadRequestError */
const readAfter = <T>(query: Query, id: string, shape: z.ZodMiniType<T>): T | null =>
  readPosition(shape, decodeCursor(id, query.get('cursor')));

const getIssue =
  (deps: ReadDeps): RouteHandler =>
  async (_request, keyOrId, run) => {
    const found = await lookUpIssue(deps, keyOrId, run);
    if (!found?.row) return noIssue(run);
    const snapshot = toSnapshot(deps.tenant, found.issue_id, found.row, found.superseded_by);
    return jsonResponse(200, boundSnapshot(snapshot));
  };

const getIssues =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async ({ query }, _argument, run) => {
    const project = readRequired(query, 'project');
    const filter = {
      status: query.get('status') ?? null,
      fix_version: readFilter(query, 'fix_version'),
      deleted: readDeleted(query),
    };
    const id = cursorId(tenant, ['issues', lookupKey(project), filter]);
    if (!isIssueKey(project)) return jsonResponse(200, { issues: [], next_cursor: null });
    const issues: Snapshot[] = [];
    const room = newPageRoom();
    const take = (snapshot: Snapshot): boolean => {
      const bound = boundSnapshot(snapshot);
      return room.take(bound) && issues.push(bound) > 0;
    };
    const after = readAfter(query, id, afterIssue)?.issue_id ?? null;
    const page = { limit: readLimit(query), after, take };
    const last = await listIssues({ table, tenant, signal: run.signal }, project, filter, page);
    return jsonResponse(200, {
      issues,
      next_cursor: encodeCursor(id, last === null ? null : { issue_id: last }),
    });
  };

type EventPage = { events: EventView[]; last: Item | null };

/** As many of the events behind these entries as a page has room for; `last` is the last entry looked at, if not all. */
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

/** All issues' events share it: the position names the issue. */
const ISSUE_EVENTS = ['issue-events'];

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

const getIssueEvents =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async ({ query }, keyOrId, run) => {
    const limit = readLimit(query);
    const id = cursorId(tenant, ISSUE_EVENTS);
    const after = readAfter(query, id, afterIssueEvent);
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

const getEvents =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async ({ query }, _argument, run) => {
    const day = readDay(query, run.received_ms);
    const outcome = readOutcome(query);
    const id = cursorId(tenant, ['events', day, outcome]);
    const limit = readLimit(query);
    const before = readAfter(query, id, beforeRun)?.before ?? null;
    const { items, next } = await listDay(
      { table, signal: run.signal },
      { tenant, day, outcome, before, limit },
    );
    const { events, last } = await fillEvents(table, items, run);
    const goesOn = last === null ? next : String(last.run_id);
    const position = goesOn === null ? null : { before: goesOn };
    return jsonResponse(200, { events, next_cursor: encodeCursor(id, position) });
  };

const getOneEvent =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async (_request, eventId, run) => {
    const found = isEventId(eventId)
      ? await getEvent({ table, signal: run.signal }, eventId, run.received_ms)
      : null;
    // An id tells nothing of its tenant: what is another one's is as unknown as any.
    if (found?.event.tenant !== tenant)
      return notFound('No event with this id is stored. Events expire.', run);
    const [processing] = await readProcessing({ table, signal: run.signal }, [eventId], run.received_ms);
    return jsonResponse(200, toEventView(found.event, processing));
  };

const getStats =
  ({ table, tenant, retention_days }: ReadDeps): RouteHandler =>
  async ({ query }, _argument, run) => {
    const hours = readHours(query);
    const { received_ms: now, signal } = run;
    const [counts, waiting] = await Promise.all([
      countEvents({ table, tenant, signal }, now, hours),
      countWaiting(table, { tenant, hours, retention_days }, now, signal),
    ]);
    const { outcomes, event_types } = counts;
    const complete = counts.complete && waiting.complete;
    const { unprocessed, lag_seconds, failed } = waiting;
    const generated_at = toPhoenixIso(now);
    const body = { hours, outcomes, event_types, unprocessed, lag_seconds, failed, complete, generated_at };
    return jsonResponse(200, body);
  };

/** The read side. */
const readRoutes = (deps: ReadDeps): RouteHandlers => ({
  'list-issues': getIssues(deps),
  'get-issue': getIssue(deps),
  'list-issue-events': getIssueEvents(deps),
  'list-events': getEvents(deps),
  'get-event': getOneEvent(deps),
  stats: getStats(deps),
  ...correlationRoutes(deps),
});

/** The read side as the environment names it, of one tenant. */
export const openReadRoutes = (env: Env, platform: Platform): RouteHandlers =>
  readRoutes({
    table: openTable(env, platform.dynamodb),
    tenant: tenantOf(platform),
    git_sha: env.GIT_SHA ?? 'unknown',
    retention_days: env.EVENT_RETENTION_DAYS,
  });
