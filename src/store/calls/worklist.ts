import { queryPages, readRowsOf } from './rows.ts';
import type { Item, TableCall, Walk } from './table.ts';

/** The start key of a query of the worklist: the row's keys, and its place in the index. */
export const WORK_KEYS = ['pk', 'sk', 'work_pk', 'work_sk'];

const PAGE = 100;

/**
 * The rows of a partition of the worklist, page by page. The index only lists them, and may miss writes of the last
 * second; the rows themselves are read strongly consistent.
 * @throws UnavailableError
 */
export async function* listRows({ table, newSignal }: Walk, partition: string): AsyncGenerator<Item[]> {
  const query = {
    IndexName: 'worklist',
    KeyConditionExpression: 'work_pk = :part',
    ExpressionAttributeValues: { ':part': partition },
  };
  const newPlace = (): TableCall => ({ table, signal: newSignal() });
  for await (const entries of queryPages(newPlace, query, WORK_KEYS, PAGE)) {
    const rows = await readRowsOf(newPlace(), entries, keyOf);
    yield rows.flatMap(([, row]) => (row === null ? [] : [row]));
  }
}

const keyOf = ({ pk, sk }: Item) => ({ pk: String(pk), sk: String(sk) });
