import { describe, expect, it } from 'vitest';
import { newConnectionId } from '../../../../src/domain/connection.ts';
import { UnavailableError } from '../../../../src/errors/errors.ts';
import type { ConnectionRow } from '../../../../src/store/connections/connection-row.ts';
import { createRowCache } from '../../../../src/store/connections/row-cache.ts';
import { someRow } from '../../../support/connections.ts';

const START = Date.UTC(2026, 10, 22, 19, 0, 0);
const signal = AbortSignal.timeout(300_000);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A table of rows by id, which several caches may read: each is a process. */
const openTable = () => {
  const time = { wall: START, steady: 0 };
  const rows = new Map<string, ConnectionRow>();
  const reads: string[] = [];
  const state = { fault: null as Error | null, held: null as (() => void)[] | null };
  const read = async (id: string) => {
    reads.push(id);
    const { fault } = state;
    const row = rows.get(id) ?? null;
    if (state.held) await new Promise<void>((go) => state.held?.push(go));
    if (fault) throw fault;
    return row;
  };
  const open = () => {
    const cache = createRowCache({ read, clock: () => time.wall, steady: () => time.steady });
    return {
      get: (id: string) => cache.get(id, signal),
      fresh: (id: string) => cache.fresh(id, signal),
      cache,
    };
  };
  const pass = (ms: number) => {
    time.wall += ms;
    time.steady += ms;
  };
  const add = (differing: Partial<ConnectionRow> = {}) => {
    const row = someRow(differing);
    rows.set(row.connection_id, row);
    return row;
  };
  return { open, pass, add, rows, reads, state, time };
};

describe('a row', () => {
  it('is read once in 30 s, because a delivery costs no read while it is cached', async () => {
    const table = openTable();
    const { get } = table.open();
    const row = table.add();
    for (const ms of [0, 10_000, 19_999]) {
      table.pass(ms);
      expect(await get(row.connection_id)).toBe(row);
    }
    expect(table.reads).toHaveLength(1);
    table.pass(1);
    await get(row.connection_id);
    expect(table.reads).toHaveLength(2);
  });

  it('that is not there is remembered for as long', async () => {
    const table = openTable();
    const { get } = table.open();
    const id = newConnectionId();
    expect(await get(id)).toBeNull();
    table.pass(29_999);
    expect(await get(id)).toBeNull();
    expect(table.reads).toHaveLength(1);
  });

  it('is read again at once before a refusal, unless it was within the last 2 s', async () => {
    const table = openTable();
    const { get, fresh } = table.open();
    const { connection_id } = table.add();
    await get(connection_id);
    table.pass(1_999);
    await fresh(connection_id);
    expect(table.reads).toHaveLength(1);
    table.pass(1);
    await fresh(connection_id);
    expect(table.reads).toHaveLength(2);
    // What was read for the refusal is known to everybody.
    await get(connection_id);
    expect(table.reads).toHaveLength(2);
  });

  it('costs unknown ids one read each, also where they are refused at once', async () => {
    const table = openTable();
    const { get, fresh } = table.open();
    for (let asked = 0; asked < 100; asked++) {
      const id = newConnectionId();
      expect(await get(id)).toBeNull();
      expect(await fresh(id)).toBeNull();
    }
    expect(table.reads).toHaveLength(100);
  });

  it('is read once for all that ask at the same time', async () => {
    const table = openTable();
    const { get, fresh } = table.open();
    const row = table.add();
    table.state.held = [];
    const asked = [...Array(20)].flatMap(() => [get(row.connection_id), fresh(row.connection_id)]);
    await turn();
    for (const go of table.state.held) go();
    expect(await Promise.all(asked)).toEqual(Array(40).fill(row));
    expect(table.reads).toHaveLength(1);
  });

  it('is read again when the clock was set back, because it would be believed for as long', async () => {
    const table = openTable();
    const { get } = table.open();
    const { connection_id } = table.add();
    await get(connection_id);
    table.time.wall -= 3_600_000;
    await get(connection_id);
    expect(table.reads).toHaveLength(2);
  });

  it('is as old as the longer of two clocks says, because one stands still while a process is frozen', async () => {
    const table = openTable();
    const { get } = table.open();
    const { connection_id } = table.add();
    await get(connection_id);
    table.time.wall += 30_000;
    await get(connection_id);
    expect(table.reads).toHaveLength(2);
    table.time.steady += 30_000;
    await get(connection_id);
    expect(table.reads).toHaveLength(3);
  });
});

describe('several processes', () => {
  it('see within 2 s what was made, rotated or activated, because none refuses by what it remembers', async () => {
    const table = openTable();
    const [one, two] = [table.open(), table.open()];
    const row = table.add({ status: 'draft' });
    await one.get(row.connection_id);
    await two.get(row.connection_id);
    table.pass(500);
    table.rows.set(row.connection_id, { ...row, status: 'active', rev: 2 });
    table.pass(1_500);
    for (const { get, fresh } of [one, two]) {
      expect((await get(row.connection_id))?.status).toBe('draft');
      expect((await fresh(row.connection_id))?.status).toBe('active');
      expect((await get(row.connection_id))?.status).toBe('active');
    }
  });

  it('take nothing any more 30 s after it was revoked', async () => {
    const table = openTable();
    const { get } = table.open();
    const row = table.add();
    await get(row.connection_id);
    table.rows.set(row.connection_id, { ...row, status: 'disabled', rev: 2 });
    table.pass(29_999);
    expect((await get(row.connection_id))?.status).toBe('active');
    table.pass(1);
    expect((await get(row.connection_id))?.status).toBe('disabled');
  });

  it('know 30 s later at most that a connection is gone, and 2 s later that it is there', async () => {
    const table = openTable();
    const { get, fresh } = table.open();
    const row = someRow();
    expect(await get(row.connection_id)).toBeNull();
    table.rows.set(row.connection_id, row);
    table.pass(2_000);
    expect(await fresh(row.connection_id)).toBe(row);
    table.rows.delete(row.connection_id);
    table.pass(30_000);
    expect(await get(row.connection_id)).toBeNull();
    table.reads.length = 0;
    expect(await get(row.connection_id)).toBeNull();
    expect(table.reads).toEqual([]);
  });
});

describe('a read that fails', () => {
  const down = new UnavailableError('table', new Error('down'));

  it('is a fault and no refusal, and the next one tries again', async () => {
    const table = openTable();
    const { get, fresh } = table.open();
    const row = table.add();
    table.state.fault = down;
    await expect(get(row.connection_id)).rejects.toBe(down);
    await expect(fresh(row.connection_id)).rejects.toBe(down);
    table.state.fault = null;
    expect(await get(row.connection_id)).toBe(row);
  });

  it('takes nothing from deliveries whose row is cached', async () => {
    const table = openTable();
    const { get, fresh } = table.open();
    const row = table.add();
    await get(row.connection_id);
    table.pass(10_000);
    table.state.fault = down;
    await expect(fresh(row.connection_id)).rejects.toBe(down);
    expect(await get(row.connection_id)).toBe(row);
    table.pass(20_000);
    await expect(get(row.connection_id)).rejects.toBe(down);
  });

  it('or hangs holds up nobody who comes 2 s later, nor anybody longer than his own time', async () => {
    const table = openTable();
    const { get, cache } = table.open();
    const row = table.add();
    table.state.held = [];
    const own = new AbortController();
    const first = cache.get(row.connection_id, own.signal);
    const second = get(row.connection_id);
    await turn();
    own.abort(new DOMException('The time is up', 'TimeoutError'));
    await expect(first).rejects.toThrow('table unavailable: TimeoutError');
    const [go] = table.state.held;
    table.state.held = null;
    table.pass(2_000);
    expect(await get(row.connection_id)).toBe(row);
    expect(table.reads).toHaveLength(2);
    go?.();
    expect(await second).toBe(row);
  });

  it('late ends nothing of one that began after it, which others wait for', async () => {
    const table = openTable();
    const { get, fresh } = table.open();
    const row = table.add();
    table.state.held = [];
    const late = get(row.connection_id);
    await turn();
    table.pass(2_000);
    const newer = get(row.connection_id);
    await turn();
    const [letLateGo, letNewerGo] = table.state.held;
    letLateGo?.();
    await late;
    await turn();
    // What the late one brought is 2 s old: too old for a refusal, which shares the read under way.
    const refusal = fresh(row.connection_id);
    await turn();
    expect(table.reads).toHaveLength(2);
    letNewerGo?.();
    expect(await Promise.all([newer, refusal])).toEqual([row, row]);
  });

  it('late says nothing against one that began after it', async () => {
    const table = openTable();
    const { get } = table.open();
    const row = table.add();
    table.state.held = [];
    const late = get(row.connection_id);
    await turn();
    const [go] = table.state.held;
    table.state.held = null;
    table.rows.set(row.connection_id, { ...row, rev: 2 });
    table.pass(2_000);
    expect((await get(row.connection_id))?.rev).toBe(2);
    go?.();
    expect((await late)?.rev).toBe(1);
    await turn();
    expect((await get(row.connection_id))?.rev).toBe(2);
    expect(table.reads).toHaveLength(2);
  });
});

describe('a cache', () => {
  it('holds 1,000 rows and no more, the oldest leave first', async () => {
    const table = openTable();
    const { get } = table.open();
    const rows = Array.from({ length: 1_001 }, () => table.add());
    for (const { connection_id } of rows) await get(connection_id);
    table.reads.length = 0;
    for (const { connection_id } of rows.slice(1)) await get(connection_id);
    expect(table.reads).toEqual([]);
    const [first] = rows;
    await get(String(first?.connection_id));
    expect(table.reads).toEqual([first?.connection_id]);
  });

  it('loses no row to a flood of unknown ids, because a stranger must not make others pay', async () => {
    const table = openTable();
    const { get } = table.open();
    const rows = Array.from({ length: 900 }, () => table.add());
    for (const { connection_id } of rows) await get(connection_id);
    for (let asked = 0; asked < 3_000; asked++) await get(newConnectionId());
    table.reads.length = 0;
    for (const { connection_id } of rows) await get(connection_id);
    expect(table.reads).toEqual([]);
  });

  it('full of rows takes an unknown id all the same, and drops that one next', async () => {
    const table = openTable();
    const { get, fresh } = table.open();
    const rows = Array.from({ length: 1_000 }, () => table.add());
    for (const { connection_id } of rows) await get(connection_id);
    const [a, b] = [newConnectionId(), newConnectionId()];
    await get(a);
    await fresh(a);
    await get(b);
    table.reads.length = 0;
    for (const { connection_id } of rows.slice(1)) await get(connection_id);
    expect(table.reads).toEqual([]);
    await get(a);
    expect(table.reads).toEqual([a]);
  });
});
