import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createReaders } from '../../../../src/local/poller/readers.ts';
import { streamRecord } from '../../../support/stream-records.ts';

const log = pino({ level: 'silent' });
const ALL_HANDLED: DynamoDBBatchResponse = { batchItemFailures: [] };

const recordsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, n) =>
    streamRecord(`I#default#${first + n}`, 'S', { sequenceNumber: String(first + n) }),
  );

const numbersOf = ({ Records }: DynamoDBStreamEvent): number[] =>
  Records.map(({ dynamodb }) => Number(dynamodb?.SequenceNumber));

/** Readers with what was written down as read to its end, in order. */
const readersOf = (
  handlers: ((event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>)[],
  { mostBehind, onReached = () => {} }: { mostBehind?: number; onReached?: (number: number) => void } = {},
) => {
  const stopping = new AbortController();
  const reached: number[] = [];
  const to = {
    log,
    clock: () => 0,
    signal: stopping.signal,
    reached: async (sequenceNumber: string) => {
      reached.push(Number(sequenceNumber));
      onReached(Number(sequenceNumber));
    },
  };
  return { ...createReaders(to, handlers, mostBehind), reached, stop: () => stopping.abort() };
};

describe('two readers of one stream', () => {
  it('both get every record, and what is written down as read was handled by both, because a restart begins there', async () => {
    const pages = fc.array(fc.integer({ min: 0, max: 250 }), { maxLength: 4 });
    const pauses = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(pages, pauses, async (sizes, waits) => {
        const handled = [new Set<number>(), new Set<number>()];
        const tooEarly: number[] = [];
        const handlers = handled.map((own, reader) => async (event: DynamoDBStreamEvent) => {
          for (let n = waits[reader] ?? 0; n > 0; n--) await new Promise(setImmediate);
          for (const number of numbersOf(event)) own.add(number);
          return ALL_HANDLED;
        });
        const isByBoth = (last: number) =>
          handled.every((own) => recordsFrom(0, last + 1).every((_, before) => own.has(before)));
        const onReached = (last: number) => void (isByBoth(last) || tooEarly.push(last));
        const { take, caughtUp, finished, reached } = readersOf(handlers, { onReached });
        let count = 0;
        for (const size of sizes) {
          await take(recordsFrom(count, size));
          count += size;
        }
        await caughtUp();
        expect(handled.map(({ size }) => size)).toEqual([count, count]);
        expect(reached.at(-1)).toBe(count === 0 ? undefined : count - 1);
        expect(reached).toEqual([...new Set(reached)].sort((a, b) => a - b));
        expect(tooEarly).toEqual([]);
        await finished();
      }),
      { numRuns: 30 },
    );
  });

  it('do not wait for each other, because correlation may take minutes and a target wants its event now', async () => {
    const seen: number[] = [];
    const stuck = Promise.withResolvers<DynamoDBBatchResponse>();
    const quick = async (event: DynamoDBStreamEvent) => {
      seen.push(...numbersOf(event));
      return ALL_HANDLED;
    };
    const { take, finished, reached } = readersOf([() => stuck.promise, quick]);
    await take(recordsFrom(0, 120));
    await take(recordsFrom(120, 30));
    await expect.poll(() => seen.length).toBe(150);
    expect(reached).toEqual([]);
    stuck.resolve(ALL_HANDLED);
    await finished();
    expect(reached.at(-1)).toBe(149);
  });

  it('wait when one is far behind, because what it has not handled is kept in memory', async () => {
    const stuck = Promise.withResolvers<DynamoDBBatchResponse>();
    const { take, finished } = readersOf([() => stuck.promise, async () => ALL_HANDLED], { mostBehind: 100 });
    await take(recordsFrom(0, 100));
    await take(recordsFrom(100, 100));
    let taken = false;
    const third = take(recordsFrom(200, 1)).then(() => {
      taken = true;
    });
    for (let n = 0; n < 5; n++) await new Promise(setImmediate);
    expect(taken).toBe(false);
    stuck.resolve(ALL_HANDLED);
    await third;
    await finished();
  });

  it('end with what is under way when the poller stops, because the rest comes at the next start', async () => {
    const begun: number[] = [];
    const first = Promise.withResolvers<DynamoDBBatchResponse>();
    const slow = (event: DynamoDBStreamEvent) => {
      begun.push(...numbersOf(event));
      return first.promise;
    };
    const { take, finished, stop, reached } = readersOf([slow]);
    await take(recordsFrom(0, 1));
    await take(recordsFrom(1, 1));
    stop();
    first.resolve(ALL_HANDLED);
    await expect(finished()).rejects.toThrow('aborted');
    expect([begun, reached]).toEqual([[0], [0]]);
  });
});
