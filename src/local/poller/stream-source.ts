import { DescribeTableCommand, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';
import { requestDeadline } from '../../platform/deadline.ts';
import { callTable, type Table } from '../../store/calls/table.ts';
import { streamsConfig } from '../aws-config.ts';
import { toLambdaRecord } from '../lambda-input.ts';

export type Shard = { id: string; parent: string | null };

/** Where to read on: at `iterator`, or without one after a sequence number, or from the oldest record (null). */
export type ShardPosition = { after: string | null; iterator: string | null };

/**
 * What a read came to. `isWhole`: nothing more was in the shard when it was read. `next` is null at the
 * shard's end. The others say that the place is lost: it must be opened anew (`expired`), its records are
 * gone from the stream (`trimmed`), or the whole shard is (`gone`).
 */
type Read =
  | { kind: 'page'; records: DynamoDBRecord[]; isWhole: boolean; next: string | null }
  | { kind: 'expired' | 'trimmed' | 'gone' };

export type StreamSource = {
  /** Distinguishes this stream from an earlier one of the table. */
  label: string;
  /** All shards that the stream still has, closed ones too. */
  listShards(signal: AbortSignal): Promise<Shard[]>;
  read(shardId: string, place: ShardPosition, signal: AbortSignal): Promise<Read>;
  close(): void;
};

/** The engine looks through its whole stream for each call; a long one takes it a while. */
const TIMEOUTS = { requestTimeout: 10_000, throwOnRequestTimeout: true };

/**
 * The table's stream through the DynamoDB Streams API; null when it has none. What is known of the embedded
 * engine: one shard whose sequence numbers count from 1, nothing ever trimmed, iterators that never expire, a
 * write that changes nothing still makes a MODIFY, and every call (each write too) takes time in proportion
 * to the whole stream, 9 ms with 100,000 records.
 * @throws UnavailableError when the table cannot be described
 */
export const openStream = async (
  table: Table,
  config: DynamoDBClientConfig,
): Promise<StreamSource | null> => {
  const describe = new DescribeTableCommand({ TableName: table.name });
  const { Table } = await callTable(requestDeadline(), () => table.client.send(describe));
  const arn = Table?.LatestStreamArn;
  if (arn === undefined || Table?.StreamSpecification?.StreamEnabled === false) return null;
  const client = new DynamoDBStreamsClient({ ...streamsConfig(config), requestHandler: TIMEOUTS });
  return createSource(client, arn, Table?.LatestStreamLabel ?? arn.slice(arn.lastIndexOf('/') + 1));
};

/** The most one GetRecords call answers. */
const PAGE_SIZE = 1_000;

const createSource = (client: DynamoDBStreamsClient, arn: string, label: string): StreamSource => {
  const openIterator = async (ShardId: string, after: string | null, abortSignal: AbortSignal) => {
    const from =
      after === null
        ? { ShardIteratorType: 'TRIM_HORIZON' as const }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const, SequenceNumber: after };
    const command = new GetShardIteratorCommand({ StreamArn: arn, ShardId, ...from });
    return (await client.send(command, { abortSignal })).ShardIterator;
  };

  const readPage = async (shardId: string, place: ShardPosition, abortSignal: AbortSignal): Promise<Read> => {
    const ShardIterator = place.iterator ?? (await openIterator(shardId, place.after, abortSignal));
    const command = new GetRecordsCommand({ ShardIterator, Limit: PAGE_SIZE });
    const { Records = [], NextShardIterator } = await client.send(command, { abortSignal });
    return {
      kind: 'page',
      records: Records.map((record) => toLambdaRecord(record, arn)),
      isWhole: Records.length < PAGE_SIZE,
      // The engine gives an open shard an EndingSequenceNumber, so only a missing iterator is the end.
      next: NextShardIterator ?? null,
    };
  };

  const listShards = async (abortSignal: AbortSignal): Promise<Shard[]> => {
    const shards: Shard[] = [];
    let last: string | undefined;
    do {
      const command = new DescribeStreamCommand({ StreamArn: arn, ExclusiveStartShardId: last });
      const { StreamDescription } = await client.send(command, { abortSignal });
      for (const { ShardId, ParentShardId } of StreamDescription?.Shards ?? [])
        if (ShardId !== undefined) shards.push({ id: ShardId, parent: ParentShardId ?? null });
      last = StreamDescription?.LastEvaluatedShardId;
    } while (last !== undefined);
    return shards;
  };

  return {
    label,
    listShards,
    read: (shardId, place, signal) => readPage(shardId, place, signal).catch((fault) => lostBy(fault, place)),
    close: () => client.destroy(),
  };
};

/** A fault that is the way of a stream rather than a failure. One at a place just opened is a failure. */
const lostBy = (fault: unknown, { after, iterator }: ShardPosition): Read => {
  const name = fault instanceof Error ? fault.name : '';
  if (name === 'ResourceNotFoundException') return { kind: 'gone' };
  if (name === 'ExpiredIteratorException' && iterator !== null) return { kind: 'expired' };
  if (name === 'TrimmedDataAccessException' && (after ?? iterator) !== null) return { kind: 'trimmed' };
  throw fault;
};
