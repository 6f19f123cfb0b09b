import DataLoader from 'dataloader';
import { MOST_PER_CALL, nameOf, putRows, readRows } from './rows.ts';
import { getItem, type Item, type Key, type Table, type TableCall } from './table.ts';

/** Reads the current row at a key (strongly consistent), or null. @throws UnavailableError */
export type RowReader = (key: Key) => Promise<Item | null>;

/** As `RowReader`, for many rows, in the order of their keys. */
export type RowsReader = (keys: readonly Key[]) => Promise<(Item | null)[]>;

/** Puts a row whose contents do not depend on when it is written. @throws UnavailableError */
export type RowWriter = (row: Item & Key) => Promise<void>;

export type Gathered = { row: RowReader; put: RowWriter };

/** Makes one call for each row. */
export const singleReader =
  (place: TableCall): RowReader =>
  (key) =>
    getItem(place, key);

/** Reads as many rows per call as DynamoDB allows. */
export const rowsReader =
  (place: TableCall): RowsReader =>
  (keys) =>
    readRows(place, [...keys]);

/** Reads these rows now, and others once they are asked for, for callers that learn from these which they need. */
export const readAhead = async (read: RowsReader, keys: readonly Key[]): Promise<RowsReader> => {
  const rows = await read(keys);
  const known = new Map(keys.map((key, index) => [nameOf(key), rows[index] ?? null]));
  return async (asked) => {
    const others = asked.filter((key) => !known.has(nameOf(key)));
    const found = others.length > 0 ? await read(others) : [];
    for (const [index, key] of others.entries()) known.set(nameOf(key), found[index] ?? null);
    return asked.map((key) => known.get(nameOf(key)) ?? null);
  };
};

/** How long the first request waits for others (milliseconds). */
const GATHER_MS = 2;

/** Nothing is cached: each request is answered by a read that starts after it. */
const GATHERING = { cache: false, batchScheduleFn: (send: () => void) => setTimeout(send, GATHER_MS) };

/**
 * Combines the rows that concurrent callers read, or put, within a moment into one call.
 * @param newSignal makes the signal that ends one such call
 */
export const gather = (table: Table, newSignal: () => AbortSignal): Gathered => {
  const rows = new DataLoader<Key, Item | null>(
    (keys) => readRows({ table, signal: newSignal() }, [...keys]),
    GATHERING,
  );
  const puts = new DataLoader<Item & Key, null>(
    async (items) => {
      await putRows({ table, signal: newSignal() }, distinct(items));
      return items.map(() => null);
    },
    { ...GATHERING, maxBatchSize: MOST_PER_CALL },
  );
  return {
    row: (key) => rows.load(key),
    put: async (row) => void (await puts.load(row)),
  };
};

/** BatchWriteItem takes no two rows with the same key; such rows are the same here anyway. */
const distinct = (rows: readonly (Item & Key)[]): (Item & Key)[] => [
  ...new Map(rows.map((row) => [nameOf(row), row])).values(),
];
