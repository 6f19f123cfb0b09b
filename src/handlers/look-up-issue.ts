import { isIssueId, isIssueKey } from '../domain/issue-key.ts';
import { DEFAULT_TENANT } from '../domain/tenant.ts';
import { type HttpResponse, problemResponse } from '../http/response.ts';
import { findIssue, type LookedUp } from '../store/find-issue.ts';
import type { Table } from '../store/table-client.ts';
import type { Run } from './run.ts';

export const notFound = (detail: string, { run_id, received_ms }: Run): HttpResponse =>
  problemResponse({ type: 'not-found', status: 404, detail, run_id, received_ms });

export const noIssue = (run: Run): HttpResponse =>
  notFound('No issue with this key or id is known. Issues untouched since set-up are not.', run);

/** All digits is an id, else a key; text that can be neither finds nothing. */
export const lookUpIssue = async (table: Table, keyOrId: string, run: Run): Promise<LookedUp | null> => {
  const possible = isIssueId(keyOrId) || (isIssueKey(keyOrId) && !/^\d+$/.test(keyOrId));
  return possible ? findIssue(table, DEFAULT_TENANT, keyOrId, run.signal) : null;
};
