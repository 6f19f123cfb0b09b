import { readKeys } from '../correlate/known/linked-refs.ts';
import { isIssueId, isIssueKey } from '../domain/issue-key.ts';
import { foreignCursor } from '../http/cursor.ts';
import type { Run } from '../http/request.ts';
import { singleReader } from '../store/calls/gather.ts';
import type { IssueNames } from '../store/events/issue-events.ts';
import { askedFor, lookUpListed } from './issues.ts';
import type { ReadDeps } from './listing.ts';

/** Whose listing a page goes on with; null for the first page. `issue_id`: '' where no issue has the key. */
type Start = { issue_id: string; asked: string } | null;

/**
 * The names under which an issue's rows are listed. `known`: whether a row of the issue is there. A key that no issue had
 * may still have been named.
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
