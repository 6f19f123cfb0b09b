import { isIssueId, isIssueKey, lookupKey } from '../domain/issue-key.ts';
import { foreignCursor } from '../http/cursor.ts';
import { type HttpResponse, problemResponse } from '../http/response.ts';
import type { Run } from '../http/run.ts';
import type { Table } from '../store/calls/table.ts';
import { findIssue, type LookedUp } from '../store/issues/find-issue.ts';

export const notFound = (detail: string, { run_id, received_ms }: Run): HttpResponse =>
  problemResponse({ type: 'not-found', status: 404, detail, run_id, received_ms });

export const noIssue = (run: Run): HttpResponse =>
  notFound('No issue with this key or id is known. Issues untouched since set-up are not.', run);

/** Where somebody looks. */
export type OfTenant = { table: Table; tenant: string };

/** All digits is an id, else a key; text that can be neither finds nothing. */
export const lookUpIssue = async (
  { table, tenant }: OfTenant,
  keyOrId: string,
  run: Run,
): Promise<LookedUp | null> => {
  const possible = isIssueId(keyOrId) || (isIssueKey(keyOrId) && !/^\d+$/.test(keyOrId));
  return possible ? findIssue({ table, tenant, signal: run.signal }, keyOrId) : null;
};

/** Of which issue a cursor's page is, and the key or id that its first page was asked for. */
type OfIssue = { issue_id: string; asked: string };

/** What `asked` holds. */
export const askedFor = (keyOrId: string): string => lookupKey(keyOrId);

/**
 * The issue of a listing. A page that goes on stays with the issue of the first one, also when the key means another
 * one meanwhile.
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
