import { DAY_MS, toPhoenixDay } from '../../domain/instant.ts';
import type { ManageApi, Query } from '../api/api.ts';
import { executionPages, type ShownExecution } from './row.ts';

/** Pages that are read of one day: a filtered one may be short, even empty. */
const MOST_PAGES = 5;

/** What an answer of the API may hold of a list. */
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

/** The same of today and, where these are not enough, of yesterday. */
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
