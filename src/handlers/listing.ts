import { toPhoenixIso } from '../domain/instant.ts';
import { TIMEZONE } from '../domain/run-document.ts';
import { decodeCursor, encodeCursor, type Position } from '../http/cursor.ts';
import { readLimit } from '../http/query.ts';
import type { HttpRequest } from '../http/request.ts';
import { type HttpResponse, jsonResponse } from '../http/response.ts';
import type { Run } from './run.ts';

/** An entry that was looked at; `item` is null when it is not to be shown. */
export type Entry<T> = { position: Position; item: T | null };

/** Entries looked at for one request; with a filter that passes little, a page may be short. */
const MOST_LOOKED_AT = 1_000;

/**
 * Up to `limit` items of a listing that leaves entries out, and where it goes on: null when nothing follows.
 */
const fillPage = async <T>(
  pages: AsyncIterable<Entry<T>[]>,
  limit: number,
): Promise<{ items: T[]; next: Position | null }> => {
  const items: T[] = [];
  let lookedAt = 0;
  let last: Position | null = null;
  for await (const page of pages)
    for (const { position, item } of page) {
      const full = item !== null && items.length === limit;
      if (full || lookedAt === MOST_LOOKED_AT) return { items, next: last };
      if (item !== null) items.push(item);
      last = position;
      lookedAt += 1;
    }
  return { items, next: null };
};

/** What was asked for, as the answer repeats it; absent is null. */
export type ListingArgs = Record<string, string | number | null>;

/**
 * One page of a listing of what correlation found, stamped like a run document.
 * @param pagesFrom everything that follows a position, in the listing's order
 * @throws BadRequestError
 */
export const answerListing = async <T>(
  gitSha: string,
  { query }: HttpRequest,
  run: Run,
  asked: ListingArgs,
  pagesFrom: (after: Position | null) => AsyncIterable<Entry<T>[]>,
): Promise<HttpResponse> => {
  const limit = readLimit(query);
  const id = JSON.stringify(['correlation', asked]);
  const { items, next } = await fillPage(pagesFrom(decodeCursor(id, query.get('cursor'))), limit);
  return jsonResponse(200, {
    run_id: run.run_id,
    git_sha: gitSha,
    generated_at: toPhoenixIso(run.received_ms),
    timezone: TIMEZONE,
    args: { trigger: 'manual', ...asked, limit },
    items,
    next_cursor: encodeCursor(id, next),
  });
};
