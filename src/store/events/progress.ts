import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { updateIf } from '../calls/conditional-write.ts';
import { callTable, getItem, type Item, type Key, type Place, type TableCall } from '../calls/table.ts';

/**
 * How far sweeps have come. Every event received before `swept_ms` (epoch milliseconds) is handled or parked; null
 * before the first sweep. `lowered_ms`: when an event was last about to leave quarantine; null if none was.
 */
export type SweepMark = { swept_ms: number | null; lowered_ms: number | null };

export const readSweepMark = (place: Place): Promise<SweepMark> => readMark(place, markKey(place.tenant));

/** Stores how far a sweep came, unless the mark has changed since the sweep read it. */
export const moveSweepMark = (place: Place, move: { read: SweepMark; to_ms: number }): Promise<void> =>
  moveMark(place, markKey(place.tenant), move);

/** Makes sweeps look again at events received since a time: see `lowerMark`. */
export const lowerSweepMark = (place: Place, lower: { since_ms: number; now_ms: number }): Promise<void> =>
  lowerMark(place, markKey(place.tenant), lower);

/** Reads the mark under a key. */
export const readMark = async (place: TableCall, key: Key): Promise<SweepMark> => {
  const row = await getItem(place, key);
  return { swept_ms: numberOf(row?.swept_ms), lowered_ms: numberOf(row?.lowered_ms) };
};

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** Moves a mark forward, unless it has changed since it was read. */
export const moveMark = async (
  place: TableCall,
  key: Key,
  { read, to_ms }: { read: SweepMark; to_ms: number },
): Promise<void> => {
  const [swept, lowered] = [isStill('swept_ms', read), isStill('lowered_ms', read)];
  const write = {
    update: 'SET swept_ms = :to',
    condition: `${swept.condition} AND ${lowered.condition}`,
    values: { ...swept.values, ...lowered.values, ':to': to_ms },
  };
  await updateIf(place, { key, ...write });
};

const isStill = (name: keyof SweepMark, read: SweepMark): { condition: string; values: Item } =>
  read[name] === null
    ? { condition: `attribute_not_exists(${name})`, values: {} }
    : { condition: `${name} = :${name}`, values: { [`:${name}`]: read[name] } };

/**
 * Makes sweeps look again at events received since `since_ms`. It writes first the time, then the mark: once the time
 * is stored, no sweep that may have passed the event can move the mark forward.
 */
export const lowerMark = async (
  place: TableCall,
  key: Key,
  { since_ms, now_ms }: { since_ms: number; now_ms: number },
): Promise<void> => {
  const time = { update: 'SET lowered_ms = :now', values: { ':now': now_ms } };
  await updateIf(place, {
    key,
    ...time,
    condition: 'attribute_not_exists(lowered_ms) OR lowered_ms < :now',
  });
  const mark = { update: 'SET swept_ms = :since', values: { ':since': since_ms } };
  await updateIf(place, { key, ...mark, condition: 'swept_ms > :since' });
};

const markKey = (tenant: string): Key => ({ pk: `SWEEP#${tenant}`, sk: 'W' });

/** One shard of the table's stream; `label` tells the stream from earlier ones of the table. */
type StreamShard = { label: string; shard_id: string };

/** Sequence number of the last record of the shard that was handled; null when none was yet. */
export const readCheckpoint = async (place: TableCall, shard: StreamShard): Promise<string | null> => {
  const row = await getItem(place, checkpointKey(shard));
  return typeof row?.sequence_number === 'string' ? row.sequence_number : null;
};

/** Stores that the shard is handled up to this record. The write itself makes a stream record. */
export const putCheckpoint = async (
  { table, signal }: TableCall,
  shard: StreamShard,
  sequenceNumber: string,
): Promise<void> => {
  const item = { ...checkpointKey(shard), sequence_number: sequenceNumber };
  const put = new PutItemCommand({ TableName: table.name, Item: marshall(item) });
  await callTable(signal, () => table.client.send(put));
};

/** Shard ids are longer than the sort keys that the stream filter passes, so it drops the records of checkpoints. */
const checkpointKey = ({ label, shard_id }: StreamShard): Key => ({ pk: `STREAM#${label}`, sk: shard_id });
