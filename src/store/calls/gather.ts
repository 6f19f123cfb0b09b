import DataLoader from 'dataloader';
import { MOST_PER_CALL, nameOf, putRows, readRows } from './rows.ts';
import { getItem, type Item, type Key, type Table, type TableCall } from './table.ts';

/** Reads the current row at a key (strongly consistent), or null. @throws UnavailableError */
export type RowReader = (key: Key) => Promise<Item | null>;

/** The same of many rows, in their order. */
export type RowsReader = (keys: readonly Key[]) => Promise<(Item | null)[]>;

/** Puts a row that says the same whenever it is written. @throws UnavailableError */
export type RowWriter = (row: Item & Key) => Promise<void>;

export type Gathered = { row: RowReader; put: RowWriter };

/** One call for each row. */
export const singleReader =
  (place: TableCall): RowReader =>
  (key) =>
    getItem(place, key);

/** As many rows with one call as it takes. */
export const rowsReader =
  (place: TableCall): RowsReader =>
  (keys) =>
    readRows(place, [...keys]);

/** Reads these rows now, and any other when it is asked for: for callers that need others only because of these. */
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

/** How long the first row asked for waits for others (milliseconds). */
const GATHER_MS = 2;

/** Nothing is cached: a row is read after it was asked for, every time. */
const GATHERING = { cache: false, batchScheduleFn: (send: () => void) => setTimeout(send, GATHER_MS) };

/**
 * One call for all rows that are asked for, or put, within a moment by everything that runs at the same time.
 * @param newSignal ends one such call
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

/** No two rows of one call may have the same key, and these say the same anyway. */
const distinct = (rows: readonly (Item & Key)[]): (Item & Key)[] => [
  ...new Map(rows.map((row) => [nameOf(row), row])).values(),
];
