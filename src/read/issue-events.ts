import type * as z from 'zod/mini';
import { afterIssueEvent, cursorId, encodeCursor, type Position } from '../http/cursor.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { readLimit } from '../http/query.ts';
import { jsonResponse } from '../http/response.ts';
import {
  type After,
  behindEntries,
  type IssueEntry,
  type ListPlace,
  listIssueEvents,
} from '../store/events/issue-events.ts';
import { fillEvents } from './event-page.ts';
import { namesOf } from './issue-names.ts';
import { askedFor, noIssue } from './issues.ts';
import { type ReadDeps, readStart } from './listing.ts';

/** All issues' events share it: the position names the issue. */
const ISSUE_EVENTS = ['issue-events'];

/** `GET /issues/{issue}/events`: those of its id, and those that named one of its keys alone. */
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

/** In either list behind the last of it that was shown, here or on an earlier page. */
const positionOf = (shown: IssueEntry[], after: After): Position => {
  const { by_id, by_key } = behindEntries(shown, after);
  return {
    ...(by_id && { event_id: by_id.id, occurred_ms: by_id.occurred_ms }),
    ...(by_key && { key_event_id: by_key.id, key_occurred_ms: by_key.occurred_ms }),
  };
};
