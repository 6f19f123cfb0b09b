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

/** What the routes read from, and the commit that their answers show. */
export type ReadDeps = {
  table: Table;
  tenant: string;
  rawBodies: Pick<RawBodies, 'get'>;
  git_sha: string;
  retention_days: number;
  /** Whether executions are on. */
  executions: boolean;
};

/** The request's parameters, as the answer repeats them; null for an absent one. */
type ListingArgs = Record<string, string | number | null>;

/**
 * A step of a listing: an entry that was read, or the end of a part that needs calls of its own. `item` is null when
 * there is nothing to show. The listing can continue after `position`.
 */
export type Entry<T> = { kind: 'entry' | 'end-of-part'; position: Position; item: T | null };

/**
 * One page of a listing of correlation results, with the header of a run document.
 * @param asked `id`: the query that its cursors are bound to
 * @param entries everything from the start of the page on, in the listing's order
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

/** Time for reading, shorter than a request's deadline, so that a slow table shortens pages instead of failing them. */
const MOST_MS = 1_500;

/** The cost one request may spend; at that limit the page ends, short or empty, and the next one continues. */
const MOST_SPENT = 1_000;

/** The cost of a step: one call reads many entries, but each part needs at least one call. */
const COSTS = { entry: 1, 'end-of-part': 10 };

/** Collects up to `limit` items; entries may have none. `next`: where the listing continues, null at its end. */
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
  /** Reserves room for an item; false if the page is not empty and the item does not fit. */
  take(item: unknown): boolean;
  /** Adds the bytes read for the next item; false if they exceed what one page may read. */
  read(bytes: number): boolean;
};

/** Most bytes decompressed for one page: they cost time and memory whether or not they are shown. */
const MOST_READ_BYTES = 64_000_000;

/** Tracks the room on one page. The first item always fits, because every item fits into an answer. */
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

/** The scope of a request's reads. */
export const scopeOf = ({ table, tenant }: ReadDeps, { signal }: Run): ReadScope => ({
  table,
  tenant,
  signal,
  rows: rowsReader({ table, signal }),
});
