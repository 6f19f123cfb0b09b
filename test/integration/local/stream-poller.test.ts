import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { engineBinary, spawnEngine } from '../../../src/local/engine-process.ts';
import { BATCHES_AT_A_TIME } from '../../../src/local/poller/hand-over.ts';
import { startPoller } from '../../../src/local/poller/poller.ts';
import { chunks } from '../../../src/platform/chunks.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { ensureTable } from '../../../src/store/calls/create-table.ts';
import type { Table } from '../../../src/store/calls/table.ts';
import { createTable } from '../../support/app.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { freePort } from '../../support/loopback-server.ts';
import {
  ALL_HANDLED,
  countItems,
  eventNumber,
  partitionsOf,
  pollFor,
  putEvents,
  putRows,
  recordBatches,
  type TestPoller,
  tableAt,
} from '../../support/polling.ts';
import { useEngine } from '../../support/use-engine.ts';
import { eventually, spawnScript, temporaryFolder } from './processes.ts';

const folder = temporaryFolder();
const engine = useEngine();
let proxy: FaultProxy;
const started: TestPoller[] = [];

beforeAll(async () => {
  proxy = await startFaultProxy(engine.endpoint);
});

afterEach(async () => {
  proxy.heal();
  await Promise.all(started.splice(0).map((poller) => poller.stop()));
});

afterAll(() => proxy.close());

const newTable = async (endpoint = engine.endpoint): Promise<Table> =>
  tableAt(endpoint, await createTable(engine.endpoint));

const poll = async (...args: Parameters<typeof pollFor>): Promise<TestPoller> => {
  const poller = await pollFor(...args);
  started.push(poller);
  return poller;
};

const warnings = ({ lines }: TestPoller) => lines.filter(({ level }) => Number(level) >= 40);

describe('the poller', () => {
  it('hands over what passes the filter, in order, at most 100 at a time, because the mapping does', async () => {
    const table = await newTable();
    const events = await putEvents(table, 1, 230);
    await putRows(table, [
      ['I#default#7', 'S'],
      ['K#default#ABC-7', 'I#7'],
      ['I#default#7', 'L'],
      [`E#${eventNumber(230)}`, 'P'],
      ['I#default#7', 'S'],
      [`E#${eventNumber(230)}`, 'E'],
    ]);
    const { batches, handler } = recordBatches();
    const poller = await poll(engine.endpoint, table, handler);
    await poller.idle();
    expect(batches.flat()).toEqual(events);
    expect(batches.map((batch) => batch.length)).toEqual([100, 100, 30]);
    expect(poller.lines).toEqual([]);
  });

  it('makes records as Lambda does, because the same handler reads both', async () => {
    const table = await newTable();
    await putEvents(table, 1, 1);
    const events: unknown[] = [];
    const poller = await poll(engine.endpoint, table, async (event) => {
      events.push(event);
      return ALL_HANDLED;
    });
    await poller.idle();
    expect(events).toEqual([
      {
        Records: [
          {
            eventID: '1',
            eventName: 'INSERT',
            eventVersion: '1.1',
            eventSource: 'aws:dynamodb',
            awsRegion: 'dynoxide',
            eventSourceARN: expect.stringMatching(`^arn:aws:dynamodb:.*:table/${table.name}/stream/`),
            dynamodb: {
              ApproximateCreationDateTime: expect.any(Number),
              Keys: { pk: { S: `E#${eventNumber(1)}` }, sk: { S: 'E' } },
              SequenceNumber: '1',
              SizeBytes: expect.any(Number),
              StreamViewType: 'KEYS_ONLY',
            },
          },
        ],
      },
    ]);
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
  });

  it('hands over what is written while it runs, whether it was idle or busy', async () => {
    const table = await newTable();
    const { batches, handler } = recordBatches();
    const poller = await poll(engine.endpoint, table, handler);
    await poller.idle();
    const first = await putEvents(table, 1, 3);
    await poller.idle();
    expect(batches.flat()).toEqual(first);
    const busy = putEvents(table, 4, 150);
    const late = await busy;
    await poller.idle();
    expect(batches.flat()).toEqual([...first, ...late]);
  });

  it('keeps removals out, because an erased issue needs no look', async () => {
    const table = await newTable();
    await putEvents(table, 1, 1);
    const Key = { pk: { S: `E#${eventNumber(1)}` }, sk: { S: 'E' } };
    await table.client.send(new DeleteItemCommand({ TableName: table.name, Key }));
    const { batches, handler } = recordBatches();
    await (await poll(engine.endpoint, table, handler)).idle();
    expect(batches).toEqual([[`E#${eventNumber(1)}`]]);
  });

  it('calls no more batches at a time than the mapping does, because each has calls of its own', async () => {
    const table = await newTable();
    await putEvents(table, 1, 100 * (BATCHES_AT_A_TIME + 2));
    let running = 0;
    let most = 0;
    const { handler } = recordBatches(async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(20);
      running -= 1;
      return ALL_HANDLED;
    });
    await (await poll(engine.endpoint, table, handler)).idle();
    expect(most).toBe(BATCHES_AT_A_TIME);
  });
});

describe('a record that is not handled', () => {
  it('is retried first in its batch, and none behind it is passed over', async () => {
    const table = await newTable();
    const events = await putEvents(table, 1, 130);
    const poison = `E#${eventNumber(40)}`;
    let failures = 3;
    const { batches, handler } = recordBatches((records) => {
      const failed = records.filter((record) => partitionsOf([record])[0] === poison && failures-- > 0);
      return {
        batchItemFailures: failed.map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber ?? '' })),
      };
    });
    const poller = await poll(engine.endpoint, table, handler);
    await poller.idle();
    const again = events.slice(39, 100);
    expect(batches).toEqual([events.slice(0, 100), events.slice(100), again, again, again]);
    expect(warnings(poller).map(({ handled, records }) => [handled, records])).toEqual([
      [39, 100],
      [0, 61],
      [0, 61],
    ]);
  });

  it('is where the next start begins, because those before it are handled', async () => {
    const table = await newTable();
    const events = await putEvents(table, 1, 20);
    const failing = recordBatches((records) => ({
      batchItemFailures: records.slice(-1).map(({ dynamodb }) => ({
        itemIdentifier: dynamodb?.SequenceNumber ?? '',
      })),
    }));
    const first = await poll(engine.endpoint, table, failing.handler);
    await eventually(() => failing.batches.length >= 2);
    await first.stop();
    const { batches, handler } = recordBatches();
    await (await poll(engine.endpoint, table, handler)).idle();
    expect(batches).toEqual([events.slice(19)]);
  });

  it('is retried with its batch when the handler throws, and what was thrown is logged by name only', async () => {
    const table = await newTable();
    const events = await putEvents(table, 1, 5);
    let failures = 2;
    const { batches, handler } = recordBatches(() => {
      if (failures-- > 0) throw new RangeError('canary');
      return ALL_HANDLED;
    });
    const poller = await poll(engine.endpoint, table, handler);
    await poller.idle();
    expect(batches).toEqual([events, events, events]);
    expect(warnings(poller).map(({ fault }) => fault)).toEqual(['RangeError', 'RangeError']);
    expect(JSON.stringify(poller.lines)).not.toContain('canary');
  });
});

describe('a poller that stops', () => {
  it('lets the batches under way finish and begins no other, because the next one has the rest', async () => {
    const table = await newTable();
    const events = await putEvents(table, 1, 100 * BATCHES_AT_A_TIME + 50);
    const mayEnd = Promise.withResolvers<void>();
    const first = recordBatches(async () => {
      await mayEnd.promise;
      return ALL_HANDLED;
    });
    const stopped = await poll(engine.endpoint, table, first.handler);
    await eventually(() => first.batches.length === BATCHES_AT_A_TIME);
    let over = false;
    const stopping = stopped.stop().then(() => {
      over = true;
    });
    await sleep(50);
    expect(over).toBe(false);
    mayEnd.resolve();
    await stopping;
    expect(first.batches).toEqual(chunks(events.slice(0, 100 * BATCHES_AT_A_TIME), 100));

    const second = recordBatches();
    await (await poll(engine.endpoint, table, second.handler)).idle();
    expect(second.batches).toEqual([events.slice(100 * BATCHES_AT_A_TIME)]);
  });

  it('does not wait for ever, because what was not finished is retried', async () => {
    const table = await newTable();
    const events = await putEvents(table, 1, 3);
    const hanging = recordBatches(() => new Promise(() => {}));
    const stuck = await poll(engine.endpoint, table, hanging.handler, { stopMs: 50 });
    await eventually(() => hanging.batches.length === 1);
    await stuck.stop();
    const { batches, handler } = recordBatches();
    await (await poll(engine.endpoint, table, handler)).idle();
    expect(batches).toEqual([events]);
  });

  it('stops in the middle of a retry and may be stopped twice', async () => {
    const table = await newTable();
    await putEvents(table, 1, 1);
    const { batches, handler } = recordBatches(() => {
      throw new Error('never');
    });
    const poller = await poll(engine.endpoint, table, handler);
    await eventually(() => batches.length > 0);
    await Promise.all([poller.stop(), poller.stop()]);
    await poller.stop();
  });

  it('refuses to say it is idle, because nobody would know', async () => {
    const poller = await poll(engine.endpoint, await newTable(), recordBatches().handler);
    await poller.stop();
    await expect(poller.idle()).rejects.toThrow('the poller has stopped');
  });
});

describe('the next poller', () => {
  it('goes on where the last one stopped, also with what came in between', async () => {
    const table = await newTable();
    await putEvents(table, 1, 120);
    const first = await poll(engine.endpoint, table, recordBatches().handler);
    await first.idle();
    await first.stop();
    const later = await putEvents(table, 121, 130);
    const { batches, handler } = recordBatches();
    await (await poll(engine.endpoint, table, handler)).idle();
    expect(batches).toEqual([later]);
  });

  it('may be another process on the same file, after one that was killed in the middle of a batch', async () => {
    const dbPath = join(folder, 'killed.db');
    const holder = 'test/support/poller-holder.ts';
    const keys = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, n) => `E#${eventNumber(first + n)}`);

    const killed = spawnScript(holder, [dbPath, '1', '20', '25']);
    expect(await killed.exited).toBe('SIGKILL');
    const [before = '', after = ''] = killed.printed().split('idle\n');
    expect(before.trim().split('\n')).toEqual(keys(1, 20));
    expect(after).toContain(`E#${eventNumber(25)}`);

    const next = spawnScript(holder, [dbPath, '26', '30']);
    expect(await next.exited).toBe(0);
    const handled = next.printed().replace('idle\n', '').trim().split('\n');
    // What the killed one had begun comes again, whatever it had handled of it; what it had finished does not.
    expect(handled).toEqual(keys(30 - handled.length + 1, 30));
    expect(handled.length).toBeGreaterThanOrEqual(6);
    expect(handled.length).toBeLessThanOrEqual(10);
  });
});

const READS = ['DescribeStream', 'GetShardIterator', 'GetRecords', 'GetItem'];

describe('after the last delivery', () => {
  it('ten polls write nothing and no item is added, because a run must not cause another one', async () => {
    const table = await newTable();
    await putEvents(table, 1, 12);
    const { batches, handler } = recordBatches();
    const poller = await poll(proxy.endpoint, tableAt(proxy.endpoint, table.name), handler);
    await poller.idle();
    const [runs, items] = [batches.length, await countItems(table)];
    const from = proxy.seen.length;
    const since = () => proxy.seen.slice(from).map(({ operation }) => operation);
    await eventually(() => since().filter((operation) => operation === 'GetRecords').length >= 10);
    expect(since().filter((operation) => !READS.includes(operation))).toEqual([]);
    expect([batches.length, await countItems(table)]).toEqual([runs, items]);
  });

  it('what others write about it causes no write either, because the filter keeps it out', async () => {
    const table = await newTable();
    const { batches, handler } = recordBatches();
    const poller = await poll(proxy.endpoint, tableAt(proxy.endpoint, table.name), handler);
    const from = proxy.seen.length;
    for (let n = 0; n < 10; n++) {
      await putRows(table, [
        [`E#${eventNumber(n)}`, 'P'],
        ['I#default#1', 'L'],
      ]);
      await poller.idle();
    }
    const operations = proxy.seen.slice(from).map(({ operation }) => operation);
    expect(operations.filter((operation) => !READS.includes(operation))).toEqual([]);
    expect([batches, await countItems(table)]).toEqual([[], 11]);
  });

  it('the checkpoint is one item, however many batches there were', async () => {
    const table = await newTable();
    const poller = await poll(engine.endpoint, table, recordBatches().handler);
    for (let n = 1; n <= 5; n++) {
      await putEvents(table, n, n);
      await poller.idle();
    }
    expect(await countItems(table)).toBe(6);
  });
});

describe('an outage', () => {
  it('is logged once by its name and once when it is over, and nothing is lost', async () => {
    const table = await newTable();
    const { batches, handler } = recordBatches();
    const poller = await poll(proxy.endpoint, table, handler);
    await poller.idle();
    const struck = proxy.struck;
    proxy.fail({ kind: 'error', status: 500, type: 'InternalServerError' });
    await eventually(() => proxy.struck >= struck + 8);
    const events = await putEvents(table, 1, 3);
    proxy.heal();
    await poller.idle();
    expect(batches.flat()).toEqual(events);
    expect(poller.lines.map(({ level, fault }) => [level, fault])).toEqual([
      [40, 'InternalServerError'],
      [30, undefined],
    ]);
    expect(JSON.stringify(poller.lines)).not.toContain('as the test asked');
  });

  it('may cut connections, refuse them, and begin before the first read', async () => {
    const table = await newTable();
    const events = await putEvents(table, 1, 3);
    const { batches, handler } = recordBatches();
    proxy.fail({ kind: 'reset' }, { operations: ['DescribeStream', 'GetShardIterator'], times: 4 });
    const poller = await poll(proxy.endpoint, table, handler);
    await poller.idle();
    expect(batches.flat()).toEqual(events);
    await proxy.refuse();
    await eventually(() => warnings(poller).length === 2);
    const more = await putEvents(table, 4, 6);
    await proxy.accept();
    await poller.idle();
    expect(batches.flat()).toEqual([...events, ...more]);
  });

  it('of the table alone does not hand a batch over twice, because only its checkpoint waits', async () => {
    const table = await newTable();
    const events = await putEvents(table, 1, 3);
    const { batches, handler } = recordBatches();
    proxy.fail(
      { kind: 'error', status: 500, type: 'InternalServerError' },
      { operations: ['PutItem'], times: 7 },
    );
    const poller = await poll(engine.endpoint, tableAt(proxy.endpoint, table.name), handler);
    await poller.idle();
    expect(batches).toEqual([events]);
    await poller.stop();
    const next = recordBatches();
    await (await poll(engine.endpoint, table, next.handler)).idle();
    expect(next.batches).toEqual([]);
  });

  it('by a killed engine ends when it is back on its port and file, and nothing is lost', async () => {
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    const start = async () => {
      const options = ['--host', '127.0.0.1', '--port', String(port), '--db-path', join(folder, 'port.db')];
      const process = spawnEngine(engineBinary(), options);
      await eventually(() => /listening on/i.test(process.said()));
      return process;
    };
    const first = await start();
    const table = tableAt(endpoint, 'polled');
    await ensureTable(table.client, table.name);
    const { batches, handler } = recordBatches();
    const poller = await poll(endpoint, table, handler);
    const before = await putEvents(table, 1, 5);
    await poller.idle();
    process.kill(first.pid ?? 0, 'SIGKILL');
    await first.exited;
    await eventually(() => warnings(poller).length > 0);
    const second = await start();
    const after = await putEvents(table, 6, 10);
    await poller.idle();
    expect(batches.flat()).toEqual([...before, ...after]);
    expect(poller.lines.map(({ level }) => level)).toEqual([40, 30]);
    await poller.stop();
    await second.stop();
  });
});

describe('a table without a stream', () => {
  const start = async (endpoint: string, name: string) => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const { handler } = recordBatches();
    const table = tableAt(endpoint, name);
    const poller = await startPoller({
      config: embeddedConfig(endpoint),
      table,
      handlers: [handler],
      log,
      clock: systemClock,
    });
    return { poller, levels: lines.map(({ level }) => level) };
  };

  it('has no poller and says so once, because the sweep will do its work later', async () => {
    const { client, name } = tableAt(engine.endpoint, 'without-stream');
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      }),
    );
    expect(await start(engine.endpoint, name)).toEqual({ poller: null, levels: [40] });
  });

  it('may be on a server that knows no streams at all', async () => {
    const server = dynalite({ createTableMs: 1 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const endpoint = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    await ensureTable(tableAt(endpoint, 'polled').client, 'polled');
    expect(await start(endpoint, 'polled')).toEqual({ poller: null, levels: [40] });
    server.close();
  });

  it('that cannot even be described is an error at once, because the start should say so', async () => {
    await expect(start('http://127.0.0.1:9', 'polled')).rejects.toThrow('table unavailable');
  });
});
