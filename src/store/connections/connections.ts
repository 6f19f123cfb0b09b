import { connectionKey, connectionsPartition } from '../calls/keys.ts';
import { queryPages, readRowsOf } from '../calls/rows.ts';
import { getItem, type Item, type TableCall, type Walk } from '../calls/table.ts';
import { type ConnectionRow, readConnectionRow } from './connection-row.ts';

/** The connection as it is now (strongly consistent), whoever's it is. @throws UnreadableRowError, UnavailableError */
export const getConnection = async (
  place: TableCall,
  connectionId: string,
): Promise<ConnectionRow | null> => {
  const row = await getItem(place, connectionKey(connectionId));
  return row && readConnectionRow(row);
};

const PAGE = 100;

/**
 * A tenant's connections in the order in which they were made, page by page. The index says which there are, and may
 * miss one of the last second; what is said of them is read from their rows.
 * @throws UnreadableRowError, UnavailableError
 */
export async function* listConnections({ table, tenant, newSignal }: Walk): AsyncGenerator<ConnectionRow[]> {
  const query = {
    IndexName: 'worklist',
    KeyConditionExpression: 'work_pk = :tenant',
    ExpressionAttributeValues: { ':tenant': connectionsPartition(tenant) },
  };
  const newPlace = (): TableCall => ({ table, signal: newSignal() });
  for await (const entries of queryPages(newPlace, query, ['pk', 'sk', 'work_pk', 'work_sk'], PAGE)) {
    const rows = await readRowsOf(newPlace(), entries, keyOf);
    yield rows.flatMap(([, row]) => (row === null ? [] : [readConnectionRow(row)]));
  }
}

const keyOf = ({ pk, sk }: Item) => ({ pk: String(pk), sk: String(sk) });
