import type * as z from 'zod/mini';
import type { Execution } from '../domain/execution.ts';
import { afterIssueExecution, cursorId, encodeCursor, type Position } from '../http/cursor.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { readLimit } from '../http/query.ts';
import { jsonResponse } from '../http/response.ts';
import { type After, behindEntries, type IssueEntry, type ListPlace } from '../store/events/issue-events.ts';
import { listExecutionsOfIssue } from '../store/executions/list-executions.ts';
import { showExecutions } from './executions.ts';
import { askedFor, namesOf, noIssue } from './issues.ts';
import { type ReadDeps, readStart } from './listing.ts';

/** One cursor id for the executions of all issues, because the position names the issue. */
const ISSUE_EXECUTIONS = ['issue-executions'];

/** `GET /issues/{issue}/executions`: of events with the issue's id, and of events that named only one of its keys. */
export const getIssueExecutions =
  (deps: ReadDeps): RouteHandler =>
  async ({ query }, keyOrId, run) => {
    const limit = readLimit(query);
    const id = cursorId(deps.tenant, ISSUE_EXECUTIONS);
    const start = readStart(query, id, afterIssueExecution);
    const { names, known } = await namesOf(deps, keyOrId, start, run);
    const after = afterOf(start);
    const place = { table: deps.table, tenant: deps.tenant, signal: run.signal };
    const page = { limit, after };
    const { entries, more } = await listExecutionsOfIssue(place, names, page, run.received_ms);
    if (!known && entries.length === 0 && start === null) return noIssue(run);
    const found = entries.flatMap(({ execution }) => execution ?? []);
    const executions = await showExecutions(deps.table, found, run);
    const shown = entriesTo(entries, found[executions.length]);
    const goesOn = more || shown.length < entries.length;
    const whose = { issue_id: names.issue_id ?? '', asked: askedFor(keyOrId) };
    return jsonResponse(200, {
      executions,
      next_cursor: encodeCursor(id, goesOn ? { ...whose, ...positionOf(shown, after) } : null),
    });
  };

type Entry = IssueEntry & { execution: Execution | null };

/** The entries before that of the first execution that did not fit on the page. */
const entriesTo = (entries: readonly Entry[], left: Execution | undefined): readonly Entry[] =>
  left === undefined
    ? entries
    : entries.slice(
        0,
        entries.findIndex(({ execution }) => execution === left),
      );

const placeIn = (id: string | undefined, occurred_ms: number | undefined): ListPlace | null =>
  id === undefined || occurred_ms === undefined ? null : { id, occurred_ms };

const afterOf = (start: z.output<typeof afterIssueExecution> | null): After => ({
  by_id: placeIn(start?.execution_id, start?.created_ms),
  by_key: placeIn(start?.key_execution_id, start?.key_created_ms),
});

/** In each of the two lists, after the last execution shown on this or an earlier page. */
const positionOf = (shown: readonly IssueEntry[], after: After): Position => {
  const { by_id, by_key } = behindEntries(shown, after);
  return {
    ...(by_id && { execution_id: by_id.id, created_ms: by_id.occurred_ms }),
    ...(by_key && { key_execution_id: by_key.id, key_created_ms: by_key.occurred_ms }),
  };
};
