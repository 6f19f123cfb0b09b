import * as z from 'zod/mini';
import { EXECUTION_STATUSES } from '../../domain/execution.ts';
import { DAY_MS, toPhoenixDay } from '../../domain/instant.ts';
import { type ManageApi, pagesOf, type Query } from '../api/api.ts';
import { textTable } from '../shared/tables.ts';
import { printable } from '../shared/terminal.ts';

const text = z.nullable(z.string());

/** An execution as the API shows it. */
export const shownExecution = z.object({
  execution_id: z.string(),
  tenant_id: z.string(),
  event_id: z.string(),
  subscription_id: z.string(),
  issue_id: text,
  issue_key: text,
  event_type: text,
  priority: z.string(),
  status: z.enum(EXECUTION_STATUSES),
  reason: text,
  waits_for: text,
  tries: z.number(),
  next_attempt_at: text,
  created_at: z.string(),
  started_at: text,
  completed_at: text,
  replay_of: text,
});

export type ShownExecution = z.output<typeof shownExecution>;

const page = z.object({ executions: z.array(shownExecution), next_cursor: text });

/** Pages of executions, newest first. */
export async function* executionPages(
  api: ManageApi,
  path: string,
  query: Query,
): AsyncGenerator<ShownExecution[]> {
  for await (const { executions } of pagesOf(api, path, query, page)) yield executions;
}

/** After this many pages an empty one ends the reading: filtered pages may be short, even empty. */
const MOST_PAGES = 5;

/** The API's largest page. */
const LARGEST_PAGE = 100;

/** Up to `most` of the newest executions of a path. */
export const readSome = async (
  api: ManageApi,
  path: string,
  query: Query,
  most: number,
): Promise<ShownExecution[]> => {
  const found: ShownExecution[] = [];
  const limit = String(Math.min(most, LARGEST_PAGE));
  let pages = 0;
  for await (const page of executionPages(api, path, { ...query, limit })) {
    found.push(...page);
    pages += 1;
    if (found.length >= most || (page.length === 0 && pages >= MOST_PAGES)) break;
  }
  return found.slice(0, most);
};

/** The same of today and, if these are not enough, of yesterday. */
export const newest = async (
  api: ManageApi,
  query: Query,
  most: number,
  nowMs: number,
): Promise<ShownExecution[]> => {
  const today = await readSome(api, '/executions', { ...query, date: toPhoenixDay(nowMs) }, most);
  if (today.length >= most) return today;
  const before = { ...query, date: toPhoenixDay(nowMs - DAY_MS) };
  return [...today, ...(await readSome(api, '/executions', before, most - today.length))];
};

const NONE = '-';

/** Names of subscriptions by their ids. */
export type Names = ReadonlyMap<string, string>;

/** One line per execution, with its target if `names` is not empty. */
export const listReport = (executions: readonly ShownExecution[], names: Names): string =>
  textTable(
    ['made', 'status', 'issue', 'type', 'priority', 'tries', ...(names.size === 0 ? [] : ['target']), 'id'],
    executions.map((one) => [
      one.created_at,
      shortStatus(one),
      one.issue_key ?? NONE,
      printable(one.event_type ?? NONE),
      one.priority,
      String(one.tries),
      ...(names.size === 0 ? [] : [names.get(one.subscription_id) ?? one.subscription_id]),
      one.execution_id,
    ]),
  );

/** The status, and what a queued execution waits for. */
export const shortStatus = ({ status, waits_for, next_attempt_at }: ShownExecution): string => {
  if (status !== 'queued' || waits_for === null) return status;
  return waits_for === 'retry' && next_attempt_at !== null
    ? `${status}, again at ${next_attempt_at.slice(11, 19)}`
    : `${status}, ${waits_for}`;
};
