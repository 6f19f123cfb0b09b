import type * as z from 'zod/mini';
import type { ReadScope } from '../correlate/known/known-refs.ts';
import { TIMEZONE, toPhoenixIso } from '../domain/instant.ts';
import { answerBytes, MOST_PAGE_BYTES } from '../domain/sizes.ts';
import { decodeCursor, encodeCursor, type Position, readPosition } from '../http/cursor.ts';
import { type Query, readLimit } from '../http/query.ts';
import type { HttpRequest, Run } from '../http/request.ts';
import { type HttpResponse, jsonResponse } from '../http/response.ts';
import { rowsReader } from '../store/calls/gather.ts';
import type { Table } from '../store/calls/table.ts';
import type { RawBodies } from '../store/events/put-event.ts';

/** Where the routes read, and what their answers are stamped with. */
export type ReadDeps = {
  table: Table;
  tenant: string;
  rawBodies: Pick<RawBodies, 'get'>;
  git_sha: string;
  retention_days: number;
  /** Whether anything is published and sent. */
  executions: boolean;
};

/** What was asked for, as the answer repeats it; absent is null. */
type ListingArgs = Record<string, string | number | null>;

/**
 * A step of a listing: an entry that was looked at, or the end of a part of it that needs calls of its own. `item` is
 * null when nothing is to be shown. The listing can go on behind `position`.
 */
export type Entry<T> = { kind: 'entry' | 'end-of-part'; position: Position; item: T | null };

/**
 * One page of a listing of what correlation found, stamped like a run document.
 * @param asked `id`: what its cursors are bound to
 * @param entries everything that follows where the page begins, in the listing's order
 * @throws BadRequestError
 */
export const answerListing = async <T>(
  gitSha: string,
  { query }: HttpRequest,
  run: Run,
  asked: { args: ListingArgs; id: string },
  entries: AsyncIterable<Entry<T>>,
): Promise<HttpResponse> => {
  const limit = readLimit(query);
  const { items, next } = await fillPage(entries, limit);
  return jsonResponse(200, {
    run_id: run.run_id,
    git_sha: gitSha,
    generated_at: toPhoenixIso(run.received_ms),
    timezone: TIMEZONE,
    args: { trigger: 'manual', ...asked.args, limit },
    items,
    next_cursor: encodeCursor(asked.id, next),
  });
};

/** Time for looking: within a request's, so that a slow table makes pages short and none fail. */
const MOST_MS = 1_500;

/** What one request may spend; beyond it a page is short, or empty, and the next one goes on. */
const MOST_SPENT = 1_000;

/** What looking costs: entries come with one call for many, each part with one call at least. */
const COSTS = { entry: 1, 'end-of-part': 10 };

/** Up to `limit` items of a listing that leaves entries out, and where it goes on: null when nothing follows. */
const fillPage = async <T>(
  entries: AsyncIterable<Entry<T>>,
  limit: number,
): Promise<{ items: T[]; next: Position | null }> => {
  const items: T[] = [];
  const room = newPageRoom();
  const end = performance.now() + MOST_MS;
  let spent = 0;
  let last: Position | null = null;
  for await (const { kind, position, item } of entries) {
    if (item !== null && (items.length === limit || !room.take(item))) return { items, next: last };
    if (last !== null && (spent >= MOST_SPENT || performance.now() > end)) return { items, next: last };
    if (item !== null) items.push(item);
    last = position;
    spent += COSTS[kind];
  }
  return { items, next: null };
};

type PageRoom = {
  /** Takes an item's place, unless the page has something already and not enough room for this too. */
  take(item: unknown): boolean;
  /** Notes that this much was read for the next item; false when that was enough for one page. */
  read(bytes: number): boolean;
};

/** Bytes decompressed for one page at most: they cost time and memory, whether or not they are shown. */
const MOST_READ_BYTES = 64_000_000;

/** Room for one page of a listing. Its first item always has room: every item fits into an answer. */
export const newPageRoom = (): PageRoom => {
  let shown = 0;
  let read = 0;
  return {
    take: (item) => {
      const bytes = answerBytes(item) + 1;
      if (shown > 0 && shown + bytes > MOST_PAGE_BYTES) return false;
      shown += bytes;
      return true;
    },
    read: (bytes) => {
      const enough = read > 0 && read + bytes > MOST_READ_BYTES;
      read += bytes;
      return !enough;
    },
  };
};

/** Where a listing's page begins, null for the first one. @throws BadRequestError */
export const readStart = <T>(query: Query, id: string, shape: z.ZodMiniType<T>): T | null =>
  readPosition(shape, decodeCursor(id, query.get('cursor')));

/** Where a request reads. */
export const scopeOf = ({ table, tenant }: ReadDeps, { signal }: Run): ReadScope => ({
  table,
  tenant,
  signal,
  rows: rowsReader({ table, signal }),
});
