import * as z from 'zod/mini';
import { sha256Hex } from '../domain/event-id.ts';
import { BadRequestError } from '../errors/errors.ts';

/** Where a listing goes on: the start key of an index, or the run id to go on before. */
export type Position = Record<string, string | number>;

const schema = z.object({
  position: z.record(z.string(), z.union([z.string(), z.number()])),
  check: z.string(),
});

/** What a cursor is bound to: a tenant's listing of one kind, with what was asked for. */
export const cursorId = (tenant: string, asked: unknown[]): string => JSON.stringify([tenant, ...asked]);

const checkOf = (query: string, position: Position): string =>
  sha256Hex(JSON.stringify(['cursor', query, Object.entries(position)])).slice(0, 16);

/** Opaque text for `next_cursor`; null stays null. Bound to the query that it continues. */
export const encodeCursor = (query: string, position: Position | null): string | null => {
  if (position === null) return null;
  const bound = { position, check: checkOf(query, position) };
  return Buffer.from(JSON.stringify(bound)).toString('base64url');
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** What to throw where a cursor is not ours for this very query. */
export const foreignCursor = (): BadRequestError =>
  new BadRequestError('cursor: not a next_cursor of this query; leave it out to start again');

/**
 * The position in a cursor, null without one.
 * @throws BadRequestError when it is not a cursor of ours for this very query.
 */
export const decodeCursor = (query: string, cursor: string | undefined): Position | null => {
  if (cursor === undefined) return null;
  const parsed = schema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success || parsed.data.check !== checkOf(query, parsed.data.position)) throw foreignCursor();
  return parsed.data.position;
};

/**
 * The position, in the shape that a listing's positions have: anybody can make a check that fits, and nothing of a
 * position may reach the table unchecked.
 * @throws BadRequestError
 */
export const readPosition = <T>(shape: z.ZodMiniType<T>, position: Position | null): T | null => {
  if (position === null) return null;
  const parsed = shape.safeParse(position);
  if (!parsed.success) throw foreignCursor();
  return parsed.data;
};
