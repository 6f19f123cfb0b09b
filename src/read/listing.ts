import type * as z from 'zod/mini';
import { toPhoenixIso } from '../domain/instant.ts';
import { TIMEZONE } from '../domain/run-document.ts';
import { decodeCursor, encodeCursor, type Position, readPosition } from '../http/cursor.ts';
import { readLimit } from '../http/query.ts';
import type { HttpRequest } from '../http/request.ts';
import { type HttpResponse, jsonResponse } from '../http/response.ts';
import type { Run } from '../http/run.ts';
import { newPageRoom } from './page-room.ts';

/**
 * A step of a listing: an entry that was looked at, or the end of a part of it that needs calls of its own. `item` is
 * null when nothing is to be shown. The listing can go on behind `position`.
 */
export type Entry<T> = { kind: 'entry' | 'end-of-part'; position: Position; item: T | null };

/** What looking costs: entries come with one call for many, each part with one call at least. */
const COSTS = { entry: 1, 'end-of-part': 10 };

/** What one request may spend; beyond it a page is short, or empty, and the next one goes on. */
const MOST_SPENT = 1_000;

/** Time for looking: within a request's, so that a slow table makes pages short and none fail. */
const MOST_MS = 1_500;

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

/** What was asked for, as the answer repeats it; absent is null. */
export type ListingArgs = Record<string, string | number | null>;

/** Where a listing's page begins, null for the first one. @throws BadRequestError */
export const readStart = <T>({ query }: HttpRequest, id: string, shape: z.ZodMiniType<T>): T | null =>
  readPosition(shape, decodeCursor(id, query.get('cursor')));

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
