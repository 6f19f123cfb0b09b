import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { RefusedItemError, UnavailableError } from '../../../../src/errors/errors.ts';
import type { Table } from '../../../../src/store/calls/table.ts';
import { transact, type Write } from '../../../../src/store/calls/transact.ts';

const WRITES: Write[] = [
  { kind: 'put', item: { pk: 'a', sk: 'b', left_out: undefined }, condition: 'attribute_not_exists(pk)' },
  { kind: 'delete', key: { pk: 'c', sk: 'd' } },
];

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

/** A table whose transactions end so, one after the other; the last one goes on for ever. */
const tableThat = (...ends: (Error | null)[]) => {
  const sent: unknown[] = [];
  const send = async (command: { input: unknown }) => {
    const end = ends[Math.min(sent.length, ends.length - 1)];
    sent.push(command.input);
    if (end) throw end;
    return {};
  };
  // Only `send` is asked of it.
  const table = { name: 't', client: { send } } as unknown as Table;
  return { sent, run: (signal = AbortSignal.timeout(60_000)) => transact({ table, signal }, WRITES) };
};

describe('a transaction', () => {
  it('sends all its writes in one call', async () => {
    const { sent, run } = tableThat(null);
    expect(await run()).toEqual({ written: true });
    expect(sent).toEqual([
      {
        TransactItems: [
          {
            Put: {
              TableName: 't',
              ConditionExpression: 'attribute_not_exists(pk)',
              Item: { pk: { S: 'a' }, sk: { S: 'b' } },
            },
          },
          { Delete: { TableName: 't', Key: { pk: { S: 'c' }, sk: { S: 'd' } } } },
        ],
      },
    ]);
  });

  it.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'that is cancelled for a moment (%s) is sent again, because deliveries write to the same row',
    async (code) => {
      const { sent, run } = tableThat(cancelled(code, 'None'), cancelled('None', code), null);
      expect(await run()).toEqual({ written: true });
      expect(sent).toHaveLength(3);
    },
  );

  it('that is cancelled again and again is a fault of ours', async () => {
    const { sent, run } = tableThat(cancelled('TransactionConflict'));
    await expect(run()).rejects.toThrow(UnavailableError);
    expect(sent).toHaveLength(6);
  });

  it('tells which conditions did not hold, and is not sent again for that', async () => {
    const first = tableThat(cancelled('ConditionalCheckFailed', 'None'));
    expect(await first.run()).toEqual({ written: false, failed: [0] });
    const both = tableThat(cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed'));
    expect(await both.run()).toEqual({ written: false, failed: [0, 1] });
    const beside = tableThat(cancelled('TransactionConflict', 'ConditionalCheckFailed'));
    expect(await beside.run()).toEqual({ written: false, failed: [1] });
    expect([first, both, beside].map(({ sent }) => sent.length)).toEqual([1, 1, 1]);
  });

  it('that is malformed is a bug of ours, which no other try heals', async () => {
    for (const fault of [
      cancelled('ValidationError', 'None'),
      Object.assign(new Error('bad'), { name: 'ValidationException' }),
    ]) {
      const { sent, run } = tableThat(fault);
      await expect(run()).rejects.toThrow(RefusedItemError);
      expect(sent).toHaveLength(1);
    }
  });

  it('that is cancelled without a word is a fault of ours', async () => {
    const { run } = tableThat(new TransactionCanceledException({ message: 'x', $metadata: {} }));
    await expect(run()).rejects.toThrow(UnavailableError);
  });

  it('is not begun when there is no time left', async () => {
    const { sent, run } = tableThat(null);
    await expect(run(AbortSignal.abort())).rejects.toThrow(UnavailableError);
    expect(sent).toEqual([]);
  });
});
