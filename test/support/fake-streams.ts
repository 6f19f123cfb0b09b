import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { listen, stop } from './loopback-server.ts';

type Stored = { sequenceNumber: string; eventName: 'INSERT' | 'MODIFY' | 'REMOVE'; pk: string; sk: string };

type FakeShard = { parent: string | null; records: Stored[]; trimmed: number; closed: boolean };

export type FakeStreams = {
  endpoint: string;
  /** The name of every call, with the shard it was for. */
  seen: { operation: string; shardId: string | null }[];
  addShard(id: string, parent?: string): void;
  /** Adds the insertion of a row to a shard. */
  write(shardId: string, pk: string, sk: string): void;
  /** Nothing comes into it any more. */
  closeShard(id: string): void;
  /** Its first records are forgotten. */
  trim(id: string, count: number): void;
  /** It is forgotten with all its records. */
  forget(id: string): void;
  /** All iterators handed out so far cannot be used any more. */
  expireIterators(): void;
  close(): Promise<void>;
};

const request = z.object({
  ShardId: z.optional(z.string()),
  ShardIterator: z.optional(z.string()),
  ShardIteratorType: z.optional(z.string()),
  SequenceNumber: z.optional(z.string()),
  ExclusiveStartShardId: z.optional(z.string()),
  Limit: z.optional(z.number()),
});
type Request = z.infer<typeof request>;

class StreamFault extends Error {}

/** Few, so that a listing has pages. */
const SHARDS_PER_PAGE = 2;

const toRecord = ({ sequenceNumber, eventName, pk, sk }: Stored) => ({
  eventID: sequenceNumber,
  eventName,
  eventVersion: '1.1',
  eventSource: 'aws:dynamodb',
  awsRegion: 'eu-central-1',
  dynamodb: {
    ApproximateCreationDateTime: 1_714_521_600,
    Keys: { pk: { S: pk }, sk: { S: sk } },
    SequenceNumber: sequenceNumber,
    SizeBytes: 40,
    StreamViewType: 'KEYS_ONLY',
  },
});

/** As on AWS: numbers with more digits than a double holds, growing over all shards. */
const sequence = (count: number): string => String(100_000_000_000_000_000_000n + BigInt(count));

/**
 * The DynamoDB Streams API over HTTP with shards that a test controls, because the embedded engine has only
 * one, which never ends and never forgets. Like the engine it gives an open shard an ending sequence number.
 */
export const startFakeStreams = async (): Promise<FakeStreams> => {
  const shards = new Map<string, FakeShard>();
  let written = 0;
  let generation = 0;

  const shardOf = (id: string): FakeShard => {
    const shard = shards.get(id);
    if (!shard) throw new StreamFault('ResourceNotFoundException');
    return shard;
  };

  const describeStream = ({ ExclusiveStartShardId: after }: Request) => {
    const ids = [...shards.keys()];
    const begin = after === undefined ? 0 : ids.indexOf(after) + 1;
    const page = ids.slice(begin, begin + SHARDS_PER_PAGE);
    const Shards = page.map((id) => {
      const { parent, records } = shardOf(id);
      const SequenceNumberRange = {
        StartingSequenceNumber: records[0]?.sequenceNumber,
        EndingSequenceNumber: records.at(-1)?.sequenceNumber,
      };
      return { ShardId: id, SequenceNumberRange, ...(parent === null ? {} : { ParentShardId: parent }) };
    });
    const isLast = begin + SHARDS_PER_PAGE >= ids.length;
    return { StreamDescription: { Shards, ...(isLast ? {} : { LastEvaluatedShardId: page.at(-1) }) } };
  };

  const toIterator = (id: string, position: number): string => `${generation} ${position} ${id}`;

  const getShardIterator = ({ ShardId = '', ShardIteratorType, SequenceNumber }: Request) => {
    const shard = shardOf(ShardId);
    if (ShardIteratorType === 'TRIM_HORIZON') return { ShardIterator: toIterator(ShardId, shard.trimmed) };
    const position = shard.records.findIndex((record) => record.sequenceNumber === SequenceNumber) + 1;
    if (position === 0) throw new StreamFault('ValidationException');
    if (position < shard.trimmed) throw new StreamFault('TrimmedDataAccessException');
    return { ShardIterator: toIterator(ShardId, position) };
  };

  const getRecords = ({ ShardIterator = '', Limit = 1_000 }: Request) => {
    const [made, position, id = ''] = ShardIterator.split(' ');
    if (Number(made) !== generation) throw new StreamFault('ExpiredIteratorException');
    const shard = shardOf(id);
    const begin = Number(position);
    if (begin < shard.trimmed) throw new StreamFault('TrimmedDataAccessException');
    const end = Math.min(begin + Limit, shard.records.length);
    const isEnd = shard.closed && end === shard.records.length;
    const Records = shard.records.slice(begin, end).map(toRecord);
    return { Records, ...(isEnd ? {} : { NextShardIterator: toIterator(id, end) }) };
  };

  const operations: Record<string, (input: Request) => unknown> = {
    DescribeStream: describeStream,
    GetShardIterator: getShardIterator,
    GetRecords: getRecords,
  };

  const answer = async (incoming: IncomingMessage): Promise<{ status: number; body: unknown }> => {
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const input = request.parse(JSON.parse(await text(incoming)));
    streams.seen.push({ operation, shardId: input.ShardId ?? input.ShardIterator?.split(' ')[2] ?? null });
    try {
      const operate = operations[operation];
      if (!operate) throw new StreamFault('UnknownOperationException');
      return { status: 200, body: operate(input) };
    } catch (fault) {
      if (!(fault instanceof StreamFault)) throw fault;
      return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${fault.message}` } };
    }
  };

  const server = createServer((incoming, response) => {
    const send = ({ status, body }: { status: number; body: unknown }) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    answer(incoming).then(send, () => response.destroy());
  });
  const port = await listen(server, 0);
  const streams: FakeStreams = {
    endpoint: `http://127.0.0.1:${port}`,
    seen: [],
    addShard: (id, parent) =>
      void shards.set(id, { parent: parent ?? null, records: [], trimmed: 0, closed: false }),
    write: (shardId, pk, sk) => {
      const sequenceNumber = sequence(++written);
      shardOf(shardId).records.push({ sequenceNumber, eventName: 'INSERT', pk, sk });
    },
    closeShard: (id) => {
      shardOf(id).closed = true;
    },
    trim: (id, count) => {
      shardOf(id).trimmed += count;
    },
    forget: (id) => void shards.delete(id),
    expireIterators: () => {
      generation += 1;
    },
    close: () => stop(server),
  };
  return streams;
};
