import type { DynamoDBBatchResponse } from 'aws-lambda';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { BATCHES_AT_A_TIME, handledCount, handOver } from '../../../../src/local/poller/hand-over.ts';
import { streamRecord } from '../../../support/stream-records.ts';

const failing = (...sequenceNumbers: string[]): DynamoDBBatchResponse => ({
  batchItemFailures: sequenceNumbers.map((itemIdentifier) => ({ itemIdentifier })),
});

describe('what counts as handled', () => {
  it('is the whole batch when nothing is reported, because the report is of failures', () => {
    expect(handledCount(failing(), ['7', '8', '9'])).toBe(3);
  });

  it('ends before the lowest failed record, in whatever order they are reported', () => {
    expect(handledCount(failing('9', '8'), ['7', '8', '9', '10'])).toBe(1);
    expect(handledCount(failing('10'), ['7', '8', '9', '10'])).toBe(3);
    expect(handledCount(failing('7'), ['7', '8', '9', '10'])).toBe(0);
  });

  it('is nothing when an unknown record is reported, because then the report cannot be trusted', () => {
    expect(handledCount(failing('8', '42'), ['7', '8', '9'])).toBe(0);
    expect(handledCount(failing(''), ['7', '8', '9'])).toBe(0);
  });
});

const log = pino({ level: 'silent' });

describe('records handed over', () => {
  it('come until handled, whichever of them fail, and what is reported as reached has no gap, because none may be passed over', async () => {
    const failures = fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 600 }), failures, async (count, failOnce) => {
        const records = Array.from({ length: count }, (_, n) =>
          streamRecord(`I#default#${n}`, 'S', { sequenceNumber: String(n) }),
        );
        const toFail = new Set(failOnce.map(String));
        const handled: number[] = [];
        const reached: number[] = [];
        const handler = async ({ Records }: { Records: typeof records }) => {
          expect(Records.length).toBeLessThanOrEqual(100);
          const numbers = Records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '');
          const failed = numbers.filter((number) => toFail.delete(number));
          const first = failed.length === 0 ? numbers.length : numbers.indexOf(failed[0] ?? '');
          handled.push(...numbers.slice(0, first).map(Number));
          return failing(...failed);
        };
        const signal = new AbortController().signal;
        const to = {
          handler,
          clock: () => 0,
          log,
          signal,
          reached: async (n: string) => {
            const all = new Set(handled);
            expect(records.slice(0, Number(n) + 1).every((_, before) => all.has(before))).toBe(true);
            reached.push(Number(n));
          },
        };
        await handOver(to, records);
        expect(handled.toSorted((a, b) => a - b)).toEqual(records.map((_, n) => n));
        expect(reached).toEqual([...new Set(reached)].sort((a, b) => a - b));
        expect(reached.at(-1)).toBe(count === 0 ? undefined : count - 1);
      }),
      { numRuns: 30 },
    );
  });

  it('come in a few batches at the same time, because most of each is waiting', async () => {
    const records = Array.from({ length: 1_000 }, (_, n) => streamRecord(`I#default#${n}`, 'S'));
    let underWay = 0;
    let most = 0;
    const handler = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((done) => setImmediate(done));
      underWay -= 1;
      return failing();
    };
    const signal = new AbortController().signal;
    await handOver({ handler, clock: () => 0, log, signal, reached: async () => {} }, records);
    expect(most).toBe(BATCHES_AT_A_TIME);
  });

  it('stop between two batches when told to, because the next start has the rest', async () => {
    const records = Array.from({ length: 1_000 }, (_, n) => streamRecord(`I#default#${n}`, 'S'));
    const stopping = new AbortController();
    let begun = 0;
    let ended = 0;
    const handler = async () => {
      begun += 1;
      if (begun === 2) stopping.abort();
      await new Promise((done) => setImmediate(done));
      ended += 1;
      return failing();
    };
    const to = { handler, clock: () => 0, log, signal: stopping.signal, reached: async () => {} };
    await expect(handOver(to, records)).rejects.toThrow();
    expect(begun).toBeLessThanOrEqual(BATCHES_AT_A_TIME);
    expect(ended).toBe(begun);
  });

  it('say to the handler how long it has, because a Lambda function knows it', async () => {
    const times: number[] = [];
    const handler = async (_event: unknown, context: { getRemainingTimeInMillis(): number }) => {
      times.push(context.getRemainingTimeInMillis());
      return failing();
    };
    const signal = new AbortController().signal;
    const to = { handler, clock: () => 1_000, log, signal, reached: async () => {} };
    await handOver(to, [streamRecord('I#default#1', 'S')]);
    expect(times).toEqual([900_000]);
  });
});
