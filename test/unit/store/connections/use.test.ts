import type { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Table } from '../../../../src/store/calls/table.ts';
import { createNoteUse, type Use } from '../../../../src/store/connections/use.ts';
import { someRow } from '../../../support/connections.ts';

const START = Date.UTC(2026, 10, 22, 19, 0, 0);
const received: Use = { what: 'received', version: 1 };

/** The notes of one process; `written` are the attributes of each write. */
const setUp = (end: () => Promise<object> = async () => ({})) => {
  const time = { wall: START, steady: 0 };
  const written: { row: string; attributes: string[]; now: unknown; condition: string | undefined }[] = [];
  const send = async (command: UpdateItemCommand) => {
    const { Key = {}, UpdateExpression = '', ExpressionAttributeValues = {} } = command.input;
    written.push({
      row: String(unmarshall(Key).pk),
      attributes: [...UpdateExpression.matchAll(/(\w+) = :now/g)].map(([, name]) => String(name)),
      now: unmarshall(ExpressionAttributeValues)[':now'],
      condition: command.input.ConditionExpression,
    });
    return end();
  };
  // Only `send` is asked of it.
  const table = { name: 't', client: { send } } as unknown as Table;
  const note = createNoteUse({ table, clock: () => time.wall, steady: () => time.steady });
  const pass = (ms: number) => {
    time.wall += ms;
    time.steady += ms;
  };
  const signal = AbortSignal.timeout(60_000);
  return { note: (row = someRow(), use: Use = received) => note(row, use, signal), pass, written, time };
};

describe('a note of a delivery', () => {
  it('is written at once, then once a minute, however many come', async () => {
    const { note, pass, written } = setUp();
    const row = someRow();
    await Promise.all(Array.from({ length: 20 }, () => note(row)));
    expect(written).toEqual([
      {
        row: `CON#${row.connection_id}`,
        attributes: ['last_received_ms', 'last_used_1_ms'],
        now: START,
        condition: 'attribute_exists(pk)',
      },
    ]);
    pass(59_999);
    await note(row);
    expect(written).toHaveLength(1);
    pass(1);
    await note(row);
    expect(written.map(({ now }) => now)).toEqual([START, START + 60_000]);
  });

  it('is one of each connection, and of what was refused beside what was taken', async () => {
    const { note, written } = setUp();
    const [one, two] = [someRow(), someRow()];
    await note(one);
    await note(two);
    await note(one, { what: 'refused' });
    await note(one, { what: 'refused' });
    expect(written.map(({ attributes }) => attributes)).toEqual([
      ['last_received_ms', 'last_used_1_ms'],
      ['last_received_ms', 'last_used_1_ms'],
      ['last_refused_ms'],
    ]);
  });

  it('of a new secret is written at once, because people wait for it after a rotation', async () => {
    const { note, pass, written } = setUp();
    const row = someRow();
    await note(row);
    pass(1_000);
    const current = { ...row.current, version: 2 };
    await note({ ...row, current }, { what: 'received', version: 1 });
    expect(written).toHaveLength(1);
    await note({ ...row, current }, { what: 'received', version: 2 });
    expect(written.at(-1)?.attributes).toEqual(['last_used_2_ms']);
  });

  it('with the version before is none of the secret in force', async () => {
    const { note, written } = setUp();
    const current = { from: 'derived', version: 2, master: 1, encoding: 'text' } as const;
    await note(someRow({ current }), { what: 'received', version: 1 });
    expect(written[0]?.attributes).toEqual(['last_received_ms']);
  });

  it('fails no delivery, and is left for a minute, because a table that is busy must not hear of it all the time', async () => {
    const { note, pass, written } = setUp(() => Promise.reject(new Error('throttled')));
    const row = someRow();
    await note(row);
    await note(row);
    expect(written).toHaveLength(1);
    pass(60_000);
    await note(row);
    expect(written).toHaveLength(2);
  });

  it('is written when the clock was set back, because it would be silent for as long', async () => {
    const { note, time, written } = setUp();
    const row = someRow();
    await note(row);
    time.wall -= 3_600_000;
    await note(row);
    expect(written).toHaveLength(2);
  });

  it('forgets the connections that were silent longest, because what a process remembers is bounded', async () => {
    const { note, pass, written } = setUp();
    const refuse = (row?: ReturnType<typeof someRow>) => note(row, { what: 'refused' });
    const [first, second, ...others] = Array.from({ length: 2_001 }, () => someRow());
    await refuse(first);
    await refuse(second);
    pass(60_000);
    await refuse(first);
    for (const row of others) await refuse(row);
    written.length = 0;
    for (const row of [first, ...others]) await refuse(row);
    expect(written).toEqual([]);
    await refuse(second);
    expect(written).toHaveLength(1);
  });
});
