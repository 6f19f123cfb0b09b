import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { rateKey } from '../calls/keys.ts';
import { callTable, type TableCall } from '../calls/table.ts';

/** What one process took for one connection within one minute (counted since the epoch). */
export type Share = {
  connection_id: string;
  minute: number;
  /** Unique id of the process. */
  process: string;
  /** Its total within this minute so far. */
  taken: number;
};

const KEPT_SECONDS = 3_600;

/**
 * Stores what a process took, and returns the sum of what all processes took within that minute. Each writes its own
 * total, never an increment: a retry after a lost answer counts once, so no sender below its rate is refused.
 * @throws UnavailableError
 */
export const putTaken = async (
  { table, signal }: TableCall,
  { connection_id, minute, process, taken }: Share,
): Promise<number> => {
  const command = new UpdateItemCommand({
    TableName: table.name,
    Key: marshall(rateKey(connection_id, minute)),
    UpdateExpression: 'SET #mine = :taken, #ttl = :expires',
    ExpressionAttributeNames: { '#mine': `${BY}${process}`, '#ttl': TTL_ATTRIBUTE },
    ExpressionAttributeValues: marshall({ ':taken': taken, ':expires': minute * 60 + KEPT_SECONDS }),
    ReturnValues: 'ALL_NEW',
  });
  const { Attributes = {} } = await callTable(signal, () => table.client.send(command));
  const shares = Object.entries(unmarshall(Attributes)).filter(([name]) => name.startsWith(BY));
  return shares.reduce((sum, [, share]) => sum + Number(share), 0);
};

/** Prefix of each process's attribute. */
const BY = 'by_';
