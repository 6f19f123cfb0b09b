import * as z from 'zod/mini';
import { eventOfShortId, readExecutionId } from '../../domain/execution.ts';
import type { ManageApi, Query } from '../api/api.ts';
import { UsageError } from '../shared/command.ts';
import { findRow, listRows, type ShownRow } from '../subscriptions/row.ts';
import { listReport, type Names, newest, readSome, type ShownExecution } from './row.ts';
import { eventReport, shownOfEvent, shownWithAttempts, showReport } from './show.ts';

/** Options that select executions. */
export type WhichFlags = {
  subscription?: string;
  status?: string;
  date?: string;
  issue?: string;
  event?: string;
  limit?: number;
};

export const STANDARD_LIMIT = 50;

/** Executions as a table, or as JSON. */
export const list = async (
  api: ManageApi,
  flags: WhichFlags & { json?: true },
  nowMs: number,
): Promise<string> => {
  const found = await readList(api, flags, nowMs);
  if (flags.json) return JSON.stringify(found, null, 2);
  return found.length === 0 ? 'No executions.' : listReport(found, await namesOf(api));
};

const readList = async (api: ManageApi, flags: WhichFlags, nowMs: number): Promise<ShownExecution[]> => {
  const path = pathOf(flags);
  const { date, limit = STANDARD_LIMIT } = flags;
  if (path !== null) return readSome(api, path, {}, limit);
  const query = await queryOf(api, flags);
  return date === undefined
    ? newest(api, query, limit, nowMs)
    : readSome(api, '/executions', { ...query, date }, limit);
};

/** The path for `--issue` or `--event`, which no other selection may go with; null without both. */
const pathOf = ({ issue, event, date, subscription, status }: WhichFlags): string | null => {
  if (issue === undefined && event === undefined) return null;
  if ([issue && event, date, subscription, status].some((given) => given !== undefined))
    throw new UsageError('--issue, and --event, go with no other choice');
  return issue === undefined
    ? `/events/${encodeURIComponent(event ?? '')}/executions`
    : `/issues/${encodeURIComponent(issue)}/executions`;
};

export const namesOf = async (api: ManageApi): Promise<Names> =>
  new Map((await listRows(api)).map(({ subscription_id, name }) => [subscription_id, name]));

export const subscriptionOf = async (
  api: ManageApi,
  { subscription }: WhichFlags,
): Promise<ShownRow | null> => (subscription === undefined ? null : findRow(api, subscription));

export const queryOf = async (api: ManageApi, flags: WhichFlags): Promise<Query> => {
  const row = await subscriptionOf(api, flags);
  const { status } = flags;
  return {
    ...(status !== undefined && { status }),
    ...(row !== null && { subscription: row.subscription_id }),
  };
};

/** One execution, or all of the event that the `execution_id` in a delivery's answer stands for. */
export const show = async (api: ManageApi, id: string, json: true | undefined): Promise<string> => {
  const path = `/executions/${checkId(id)}`;
  if (json) return JSON.stringify(await api.get(path, z.looseObject({})), null, 2);
  return eventOfShortId(id) === null
    ? showReport(await api.get(path, shownWithAttempts))
    : eventReport(await api.get(path, shownOfEvent));
};

/** @throws UsageError for text that cannot be the id of an execution */
export const checkId = (id: string): string => {
  if (readExecutionId(id) !== null || eventOfShortId(id) !== null) return id;
  throw new UsageError('That is no execution: expected exe_ and 40 hex digits, and what follows them');
};
