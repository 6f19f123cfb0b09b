import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gathered, gather } from '../../../src/store/calls/gather.ts';
import { startApp } from '../../support/app.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { useEngine } from '../../support/use-engine.ts';

const key = (n: number) => ({ pk: `V#default#${n}`, sk: 'I#1' });
const row = (n: number, text: string) => ({ ...key(n), text });
const newSignal = (): AbortSignal => AbortSignal.timeout(20_000);

const engine = useEngine();
let proxy: FaultProxy;
let rows: Gathered;

beforeAll(async () => {
  proxy = await startFaultProxy(engine.endpoint);
  const app = await startApp({ endpoint: proxy.endpoint });
  rows = gather(app.events.table, newSignal);
});

afterAll(() => proxy.close());

const callsOf = async (operation: string, work: () => Promise<unknown>): Promise<number> => {
  const before = proxy.seen.length;
  await work();
  return proxy.seen.slice(before).filter((call) => call.operation === operation).length;
};

describe('rows gathered', () => {
  it('come with one call and each to who asked for it, because a call costs more than a row', async () => {
    await Promise.all([rows.put(row(1, 'one')), rows.put(row(2, 'two'))]);
    const calls = await callsOf('BatchGetItem', async () => {
      const found = await Promise.all([rows.row(key(2)), rows.row(key(9)), rows.row(key(1))]);
      expect(found).toEqual([row(2, 'two'), null, row(1, 'one')]);
    });
    expect(calls).toBe(1);
  });

  it('are read anew every time, because a decision by what was true before is the wrong one', async () => {
    await rows.put(row(3, 'before'));
    expect(await rows.row(key(3))).toEqual(row(3, 'before'));
    await rows.put(row(3, 'after'));
    expect(await rows.row(key(3))).toEqual(row(3, 'after'));
  });

  it('are put with as few calls as DynamoDB allows, the same one once, because it refuses a key named twice', async () => {
    const many = Array.from({ length: 40 }, (_, n) => rows.put(row(100 + (n % 30), 'many')));
    const calls = await callsOf('BatchWriteItem', () => Promise.all(many));
    expect(calls).toBe(2);
    expect(await rows.row(key(129))).toEqual(row(129, 'many'));
  });

  it('fail all that share a call, and none of the next, because each asks again by itself', async () => {
    proxy.fail({ kind: 'error', status: 500, type: 'InternalServerError' }, { operations: ['BatchGetItem'] });
    const both = await Promise.allSettled([rows.row(key(1)), rows.row(key(2))]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    proxy.heal();
    expect(await rows.row(key(1))).toEqual(row(1, 'one'));
  });
});
