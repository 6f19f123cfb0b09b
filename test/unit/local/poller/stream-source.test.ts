import { describe, expect, it } from 'vitest';
import { embeddedConfig } from '../../../../src/local/aws-config.ts';
import { openStream, type StreamSource } from '../../../../src/local/poller/stream-source.ts';
import { onScripted, type Script } from '../../../support/scripted-database.ts';

const ARN = 'arn:aws:dynamodb:us-east-1:1:table/jira/stream/2026-01-01';
const never = new AbortController().signal;

const on = <T>(script: Script, work: (source: StreamSource | null) => Promise<T>): Promise<T> =>
  onScripted(script, async (table, { endpoint }) => {
    // Each call once, as the table's: between tries of a limit the SDK waits for seconds.
    const source = await openStream(table, { ...embeddedConfig(endpoint), maxAttempts: 1 });
    try {
      return await work(source);
    } finally {
      source?.close();
    }
  });

const hasStream =
  (answers: Record<string, object | string>): Script =>
  (operation) =>
    answers[operation] ?? { Table: { LatestStreamArn: ARN } };

describe('the stream of a table', () => {
  it.each([
    ['tells of none', {}],
    ['had one', { Table: { LatestStreamArn: ARN, StreamSpecification: { StreamEnabled: false } } }],
    ['is not described', { Table: {} }],
  ])('is none where the table %s, so that only the sweep works there', async (_what, answer) => {
    expect(
      await on(
        () => answer,
        async (source) => source,
      ),
    ).toBeNull();
  });

  it('is called by the end of its ARN where it has no label, because a new one must be distinguishable', async () => {
    const label = await on(hasStream({}), async (source) => source?.label);
    expect(label).toBe('2026-01-01');
  });

  it('has no shards where none are listed, or of one without a name', async () => {
    const script = hasStream({ DescribeStream: {} });
    expect(await on(script, async (source) => source?.listShards(never))).toEqual([]);
    const unnamed = hasStream({ DescribeStream: { StreamDescription: { Shards: [{}] } } });
    expect(await on(unnamed, async (source) => source?.listShards(never))).toEqual([]);
  });

  it('ends where an answer names no further place, and may hold nothing', async () => {
    const script = hasStream({ GetRecords: {} });
    const read = (source: StreamSource | null) =>
      source?.read('shard', { after: null, iterator: 'here' }, never);
    expect(await on(script, async (source) => read(source))).toEqual({
      kind: 'page',
      records: [],
      isWhole: true,
      next: null,
    });
  });

  it.each([
    ['ResourceNotFoundException', { after: null, iterator: 'here' }, 'gone'],
    ['ExpiredIteratorException', { after: null, iterator: 'here' }, 'expired'],
    ['TrimmedDataAccessException', { after: '7', iterator: null }, 'trimmed'],
    ['TrimmedDataAccessException', { after: null, iterator: 'here' }, 'trimmed'],
  ])('has lost a place by %s at %j, which is its way and no failure', async (fault, place, kind) => {
    const script = hasStream({ GetRecords: fault, GetShardIterator: { ShardIterator: 'there' } });
    expect(await on(script, async (source) => source?.read('shard', place, never))).toEqual({ kind });
  });

  it.each(['ExpiredIteratorException', 'TrimmedDataAccessException', 'LimitExceededException'])(
    'fails by %s at a place just opened, because another try may not',
    async (fault) => {
      const script = hasStream({ GetRecords: fault, GetShardIterator: { ShardIterator: 'there' } });
      const place = { after: null, iterator: null };
      const read = on(script, async (source) => source?.read('shard', place, never));
      await expect(read).rejects.toMatchObject({ name: fault });
    },
  );
});
