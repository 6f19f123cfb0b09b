import * as z from 'zod/mini';
import { EXECUTION_STATUSES } from '../../domain/execution.ts';
import { type ManageApi, pagesOf, type Query } from '../api/api.ts';

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
