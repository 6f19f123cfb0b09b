import { readKeys } from '../correlate/known/linked-refs.ts';
import { fitFields } from '../domain/fit.ts';
import type { IssueFields, Snapshot } from '../domain/issue.ts';
import { isIssueId, isIssueKey, lookupKey } from '../domain/issue-key.ts';
import { answerBytes, MOST_ANSWER_BYTES } from '../domain/sizes.ts';
import { afterIssue, cursorId, encodeCursor, foreignCursor } from '../http/cursor.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { readDeleted, readFilter, readLimit, readRequired } from '../http/query.ts';
import type { Run } from '../http/request.ts';
import { type HttpResponse, jsonResponse, problemResponse } from '../http/response.ts';
import { singleReader } from '../store/calls/gather.ts';
import type { Table } from '../store/calls/table.ts';
import type { IssueNames } from '../store/events/issue-events.ts';
import { findIssue, type LookedUp } from '../store/issues/find-issue.ts';
import { listIssues } from '../store/issues/list-issues.ts';
import { toSnapshot } from '../store/issues/snapshot-row.ts';
import { newPageRoom, type ReadDeps, readStart } from './listing.ts';

/** `GET /issues/{issue}`, by key or id: the snapshot. */
export const getIssue =
  (deps: ReadDeps): RouteHandler =>
  async (_request, keyOrId, run) => {
    const found = await lookUpIssue(deps, keyOrId, run);
    if (!found?.row) return noIssue(run);
    const snapshot = toSnapshot(deps.tenant, found.issue_id, found.row, found.superseded_by);
    return jsonResponse(200, boundSnapshot(snapshot));
  };

/** The table and tenant to read. */
type OfTenant = { table: Table; tenant: string };

/** Looks up an id (only digits) or a key; null for text that can be neither. */
const lookUpIssue = async (
  { table, tenant }: OfTenant,
  keyOrId: string,
  run: Run,
): Promise<LookedUp | null> => {
  const possible = isIssueId(keyOrId) || (isIssueKey(keyOrId) && !/^\d+$/.test(keyOrId));
  return possible ? findIssue({ table, tenant, signal: run.signal }, keyOrId) : null;
};

/** 404 for an unknown issue. */
export const noIssue = (run: Run): HttpResponse =>
  notKnown('No issue with this key or id is stored. Issues that have not changed since setup are not.', run);

/** 404 for something that is not stored; an unknown path has its own answer. */
export const notKnown = (detail: string, { run_id, received_ms }: Run): HttpResponse =>
  problemResponse({ type: 'not-found', status: 404, detail, run_id, received_ms });

/**
 * Trims a snapshot to the size of an answer, which JSON escaping can make larger than the body it came from. Fields are
 * dropped in the same order as for an item that is too large, and `truncated` says so.
 */
export const boundSnapshot = (snapshot: Snapshot): Snapshot => {
  const fits = (fields: object): boolean => bytesOf({ ...snapshot, ...fields }) <= MOST_ANSWER_BYTES;
  // A snapshot this large has all fields of an issue, and none of the nullable ones is null.
  return fits({}) ? snapshot : { ...snapshot, ...fitFields(snapshot as IssueFields, fits) };
};

/** Measures the description separately: it is the large field, and is measured again for each cut that is tried. */
const bytesOf = (snapshot: Snapshot): number => {
  const rest = answerBytes({ ...snapshot, description: null });
  return rest - answerBytes(null) + answerBytes(snapshot.description);
};

/** `GET /issues`: the snapshots of a project. */
export const getIssues =
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
    const after = readStart(query, id, afterIssue)?.issue_id ?? null;
    const page = { limit: readLimit(query), after, take };
    const last = await listIssues({ table, tenant, signal: run.signal }, project, filter, page);
    return jsonResponse(200, {
      issues,
      next_cursor: encodeCursor(id, last === null ? null : { issue_id: last }),
    });
  };

/** The form of a key or id in `asked`. */
export const askedFor = (keyOrId: string): string => lookupKey(keyOrId);

/** The issue of a cursor, and the key or id that its first page was requested with. */
type OfIssue = { issue_id: string; asked: string };

/**
 * The issue of a listing. Further pages stay with the issue of the first page, even if the key belongs to another issue
 * by then.
 * @throws BadRequestError for a position in the listing of another issue
 */
export const lookUpListed = async (
  of: OfTenant,
  keyOrId: string,
  position: OfIssue | null,
  run: Run,
): Promise<LookedUp | null> => {
  if (position?.asked === askedFor(keyOrId)) return lookUpIssue(of, position.issue_id, run);
  const found = await lookUpIssue(of, keyOrId, run);
  if (found !== null && position !== null && position.issue_id !== found.issue_id) throw foreignCursor();
  return found;
};

/** The listing that a page continues; null for the first page. `issue_id`: '' if no issue has the key. */
type Start = { issue_id: string; asked: string } | null;

/**
 * The names under which an issue's rows are listed. `known`: whether the issue has a row. Events may name a key that no
 * issue has, so that key is returned too.
 * @throws BadRequestError for a position in the listing of another issue
 */
export const namesOf = async (
  deps: ReadDeps,
  keyOrId: string,
  start: Start,
  run: Run,
): Promise<{ names: IssueNames; known: boolean }> => {
  const asked = isIssueId(keyOrId) || !isIssueKey(keyOrId) ? [] : [keyOrId];
  if (start?.issue_id === '') {
    if (start.asked !== askedFor(keyOrId)) throw foreignCursor();
    return { names: { issue_id: null, keys: asked }, known: false };
  }
  const found = await lookUpListed(deps, keyOrId, start, run);
  if (found === null) return { names: { issue_id: null, keys: asked }, known: false };
  const { issue_id, row } = found;
  const read = singleReader({ table: deps.table, signal: run.signal });
  const keys = [...asked, ...(await readKeys(read, deps.tenant, issue_id, row))];
  return { names: { issue_id, keys }, known: row !== null };
};
