import { connectionKey, connectionsPartition } from '../calls/keys.ts';
import { getItem, type TableCall, type Walk } from '../calls/table.ts';
import { listRows } from '../calls/worklist.ts';
import { type ConnectionRow, readConnectionRow } from './connection-row.ts';

/** The connection as it is now (strongly consistent), whoever's it is. @throws UnreadableRowError, UnavailableError */
export const getConnection = async (
  place: TableCall,
  connectionId: string,
): Promise<ConnectionRow | null> => {
  const row = await getItem(place, connectionKey(connectionId));
  return row && readConnectionRow(row);
};

/**
 * A tenant's connections in the order in which they were made, page by page: as `listRows` finds them.
 * @throws UnreadableRowError, UnavailableError
 */
export async function* listConnections(walk: Walk): AsyncGenerator<ConnectionRow[]> {
  for await (const rows of listRows(walk, connectionsPartition(walk.tenant)))
    yield rows.map(readConnectionRow);
}
