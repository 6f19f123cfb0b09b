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

/** Where to continue: at `iterator`; without one, after a sequence number, or from the oldest record (null). */
export type ShardPosition = { after: string | null; iterator: string | null };

/**
 * The result of a read. `isWhole`: the shard contained no more records at that time. `next` is null at the shard's end.
 * The other kinds mean that the position is lost: the iterator must be reopened (`expired`), its records are no longer
 * in the stream (`trimmed`), or the whole shard is not (`gone`).
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

/** The engine scans its whole stream for each call, which takes a while if it is long. */
const TIMEOUTS = { requestTimeout: 10_000, throwOnRequestTimeout: true };

/**
 * The table's stream through the DynamoDB Streams API; null when it has none. Known about the embedded engine: one
 * shard with sequence numbers from 1, no trimming, iterators that never expire, a MODIFY record even for a write that
 * changes nothing, and calls (writes too) whose time grows with the whole stream: 9 ms with 100,000 records.
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

/** The maximum number of records per GetRecords call. */
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

/** The result for a fault that is normal for streams. At a position just opened, it is rethrown as a failure. */
const lostBy = (fault: unknown, { after, iterator }: ShardPosition): Read => {
  const name = fault instanceof Error ? fault.name : '';
  if (name === 'ResourceNotFoundException') return { kind: 'gone' };
  if (name === 'ExpiredIteratorException' && iterator !== null) return { kind: 'expired' };
  if (name === 'TrimmedDataAccessException' && (after ?? iterator) !== null) return { kind: 'trimmed' };
  throw fault;
};
