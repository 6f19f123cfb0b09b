import * as z from 'zod/mini';
import { UnreadableRowError } from '../../errors/errors.ts';
import type { Item } from './table.ts';

/** A row, checked by its schema. @throws UnreadableRowError when our code cannot have written it like this */
export const readChecked = <T>(schema: z.ZodMiniType<T>, row: Item): T => check(schema, row, row);

/**
 * As `readChecked`, for JSON in a row.
 * @param open extracts the JSON from the row
 */
export const readJson = <T>(schema: z.ZodMiniType<T>, row: Item, open: () => string): T => {
  let value: unknown;
  try {
    value = JSON.parse(open());
  } catch (fault) {
    throw new UnreadableRowError(row, 'body', fault);
  }
  return check(schema, row, value);
};

const check = <T>(schema: z.ZodMiniType<T>, row: Item, value: unknown): T => {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path.map(String) ?? [];
  throw new UnreadableRowError(row, path.join('.'), result.error);
};
