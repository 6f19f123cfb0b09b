import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { callTable, getItem, type Key, type TableCall } from '../calls/table.ts';

/** One shard of the table's stream; `label` tells it from a stream the table had before. */
export type StreamShard = { label: string; shard_id: string };

/** Shard ids are longer than the sort keys of what the stream filter passes, so a checkpoint stays out of it. */
const checkpointKey = ({ label, shard_id }: StreamShard): Key => ({ pk: `STREAM#${label}`, sk: shard_id });

/** Sequence number of the last record of the shard that was handled; null when none was yet. */
export const readCheckpoint = async (place: TableCall, shard: StreamShard): Promise<string | null> => {
  const row = await getItem(place, checkpointKey(shard));
  return typeof row?.sequence_number === 'string' ? row.sequence_number : null;
};

/** Everything in the shard up to this record is handled. The write makes a stream record itself. */
export const putCheckpoint = async (
  { table, signal }: TableCall,
  shard: StreamShard,
  sequenceNumber: string,
): Promise<void> => {
  const item = { ...checkpointKey(shard), sequence_number: sequenceNumber };
  const put = new PutItemCommand({ TableName: table.name, Item: marshall(item) });
  await callTable(signal, () => table.writer.send(put));
};
