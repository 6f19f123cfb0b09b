import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Table } from '../../../src/store/calls/table.ts';
import { createTable } from '../../support/app.ts';
import { type FakeStreams, startFakeStreams } from '../../support/fake-streams.ts';
import {
  ALL_HANDLED,
  countItems,
  eventNumber,
  partitionsOf,
  pollFor,
  recordBatches,
  type TestPoller,
  tableAt,
} from '../../support/polling.ts';
import { useEngine } from '../../support/use-engine.ts';
import { eventually } from './processes.ts';

const engine = useEngine();
let streams: FakeStreams;
let table: Table;
const started: TestPoller[] = [];

beforeEach(async () => {
  streams = await startFakeStreams();
  table = tableAt(engine.endpoint, await createTable(engine.endpoint));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((poller) => poller.stop()));
  await streams.close();
});

const poll = async (handler: Parameters<typeof pollFor>[2]): Promise<TestPoller> => {
  const poller = await pollFor(streams.endpoint, table, handler);
  started.push(poller);
  return poller;
};

/** Puts events numbered from `first` to `last` into a shard; answers their partition keys. */
const write = (shardId: string, first: number, last: number): string[] => {
  const keys = Array.from({ length: last - first + 1 }, (_, n) => `E#${eventNumber(first + n)}`);
  for (const pk of keys) streams.write(shardId, pk, 'E');
  return keys;
};

const callsFor = (shardId: string) => streams.seen.filter((call) => call.shardId === shardId).length;

describe('several shards', () => {
  it('are all read, each in order, also those beyond the first page of the listing', async () => {
    const ids = ['shard-a', 'shard-b', 'shard-c', 'shard-d', 'shard-e'];
    const written = ids.map((id, n) => {
      streams.addShard(id);
      return write(id, n * 200 + 1, n * 200 + 150);
    });
    const { batches, handler } = recordBatches();
    await (await poll(handler)).idle();
    for (const keys of written) expect(batches.flat().filter((pk) => keys.includes(pk))).toEqual(keys);
    expect(batches.flat()).toHaveLength(750);
    expect(batches.map((batch) => batch.length).toSorted()).toEqual([
      ...[100, 100, 100, 100, 100],
      ...[50, 50, 50, 50, 50],
    ]);
  });

  it('may hold more than one read brings, because a read brings 1,000 records at most', async () => {
    streams.addShard('shard-a');
    const written = write('shard-a', 1, 2_350);
    const { batches, handler } = recordBatches();
    await (await poll(handler)).idle();
    expect(batches.flat()).toEqual(written);
    expect(batches.map((batch) => batch.length)).toEqual([...Array.from({ length: 23 }, () => 100), 50]);
  });

  it('do not wait for one whose record fails, because a poison record blocks no other issue', async () => {
    streams.addShard('shard-a');
    streams.addShard('shard-b');
    const [poison = ''] = write('shard-a', 1, 1);
    const behind = write('shard-a', 2, 3);
    const others = write('shard-b', 11, 13);
    let isFailing = true;
    const handled: string[] = [];
    const poller = await poll(async ({ Records }) => {
      const keys = partitionsOf(Records);
      if (keys[0] === poison && isFailing)
        return { batchItemFailures: [{ itemIdentifier: Records[0]?.dynamodb?.SequenceNumber ?? '' }] };
      handled.push(...keys);
      return ALL_HANDLED;
    });
    await eventually(() => handled.length === 3);
    expect(handled).toEqual(others);
    isFailing = false;
    await poller.idle();
    expect(handled).toEqual([...others, poison, ...behind]);
  });

  it('have a checkpoint each, because each has a place of its own', async () => {
    streams.addShard('shard-a');
    streams.addShard('shard-b');
    write('shard-a', 1, 5);
    write('shard-b', 11, 15);
    const first = await poll(recordBatches().handler);
    await first.idle();
    await first.stop();
    expect(await countItems(table)).toBe(2);
    const later = [...write('shard-a', 6, 7), ...write('shard-b', 16, 17)];
    const { batches, handler } = recordBatches();
    await (await poll(handler)).idle();
    expect(batches.flat().toSorted()).toEqual(later);
  });
});

describe('a shard that splits', () => {
  it('is read to its end before its children, because a record there may be about the same item', async () => {
    streams.addShard('parent');
    streams.addShard('child-a', 'parent');
    streams.addShard('child-b', 'parent');
    streams.addShard('grandchild', 'child-a');
    const inGrandchild = write('grandchild', 31, 32);
    const inChildren = [...write('child-a', 11, 12), ...write('child-b', 21, 22)];
    const inParent = write('parent', 1, 250);
    for (const id of ['parent', 'child-a']) streams.closeShard(id);
    const { batches, handler } = recordBatches();
    await (await poll(handler)).idle();
    const handled = batches.flat();
    expect(handled.slice(0, 250)).toEqual(inParent);
    expect(handled.slice(250).toSorted()).toEqual([...inChildren, ...inGrandchild]);
    expect(handled.indexOf(inGrandchild[0] ?? '')).toBeGreaterThan(handled.indexOf(inChildren[1] ?? ''));
  });

  it('is open although it has an ending sequence number, because only a missing iterator is the end', async () => {
    streams.addShard('parent');
    streams.addShard('child', 'parent');
    const first = write('parent', 1, 2);
    const inChild = write('child', 11, 12);
    const { batches, handler } = recordBatches();
    const poller = await poll(handler);
    await eventually(() => callsFor('parent') >= 5);
    expect([batches.flat(), callsFor('child')]).toEqual([first, 0]);
    const second = write('parent', 3, 4);
    streams.closeShard('parent');
    await poller.idle();
    expect(batches.flat()).toEqual([...first, ...second, ...inChild]);
  });

  it('keeps its children waiting while its last record fails, because they come after it', async () => {
    streams.addShard('parent');
    streams.addShard('child', 'parent');
    const [last = ''] = write('parent', 1, 1);
    streams.closeShard('parent');
    const inChild = write('child', 11, 11);
    let failures = 3;
    const { batches, handler } = recordBatches(() => {
      if (failures-- > 0) throw new Error('not yet');
      return ALL_HANDLED;
    });
    await (await poll(handler)).idle();
    expect(batches).toEqual([[last], [last], [last], [last], inChild]);
  });

  it('hands over to children that come up while the poller runs', async () => {
    streams.addShard('parent');
    const { batches, handler } = recordBatches();
    const poller = await poll(handler);
    const inParent = write('parent', 1, 2);
    await poller.idle();
    streams.addShard('child', 'parent');
    streams.closeShard('parent');
    const inChild = write('child', 11, 12);
    streams.addShard('another');
    const inAnother = write('another', 21, 22);
    await poller.idle();
    expect(batches.flat().filter((pk) => !inAnother.includes(pk))).toEqual([...inParent, ...inChild]);
    expect(batches.flat()).toEqual(expect.arrayContaining(inAnother));
  });

  it('does not hinder its children when the stream has forgotten it, because nothing is left of it', async () => {
    streams.addShard('child', 'forgotten long ago');
    const inChild = write('child', 1, 2);
    const { batches, handler } = recordBatches();
    await (await poll(handler)).idle();
    expect(batches.flat()).toEqual(inChild);
  });

  it('does not hinder its children when the stream forgets it while it is read', async () => {
    streams.addShard('parent');
    const inParent = write('parent', 1, 2);
    const { batches, handler } = recordBatches();
    const poller = await poll(handler);
    await poller.idle();
    streams.addShard('child', 'parent');
    const inChild = write('child', 11, 12);
    streams.forget('parent');
    await poller.idle();
    expect(batches.flat()).toEqual([...inParent, ...inChild]);
    // The children do not wait for whoever still asks for it.
    await eventually(() => poller.lines.length > 0);
    expect(poller.lines).toMatchObject([{ level: 40, shard_id: 'parent' }]);
  });

  it('is not handed over again by the next poller, because its checkpoint stays', async () => {
    streams.addShard('parent');
    write('parent', 1, 2);
    streams.closeShard('parent');
    streams.addShard('child', 'parent');
    const first = await poll(recordBatches().handler);
    await first.idle();
    await first.stop();
    const inChild = write('child', 11, 12);
    const { batches, handler } = recordBatches();
    await (await poll(handler)).idle();
    expect(batches.flat()).toEqual(inChild);
  });
});

describe('a place that is lost', () => {
  it('is found again when its iterator expires, without losing or repeating a record', async () => {
    streams.addShard('shard-a');
    const first = write('shard-a', 1, 5);
    const { batches, handler } = recordBatches();
    const poller = await poll(handler);
    await poller.idle();
    streams.expireIterators();
    const second = write('shard-a', 6, 8);
    await poller.idle();
    expect(batches.flat()).toEqual([...first, ...second]);
    expect(poller.lines).toEqual([]);
  });

  it('is found again when it expires before anything was read, because a new shard is empty', async () => {
    streams.addShard('shard-a');
    const { batches, handler } = recordBatches();
    const poller = await poll(handler);
    await poller.idle();
    streams.expireIterators();
    const records = write('shard-a', 1, 2);
    await poller.idle();
    expect(batches.flat()).toEqual(records);
  });

  it('is found again when it expires while a batch is handled for long', async () => {
    streams.addShard('shard-a');
    const first = write('shard-a', 1, 2);
    let second: string[] = [];
    const { batches, handler } = recordBatches(async () => {
      streams.expireIterators();
      await sleep(20);
      if (second.length === 0) second = write('shard-a', 3, 4);
      return ALL_HANDLED;
    });
    await (await poll(handler)).idle();
    await eventually(() => batches.length === 2);
    expect(batches).toEqual([first, second]);
  });

  it('is the oldest record left, with a warning, when the stream has forgotten what follows', async () => {
    streams.addShard('shard-a');
    write('shard-a', 1, 5);
    const first = await poll(recordBatches().handler);
    await first.idle();
    await first.stop();
    const later = write('shard-a', 6, 20);
    streams.trim('shard-a', 10);
    const { batches, handler } = recordBatches();
    const poller = await poll(handler);
    await poller.idle();
    expect(batches.flat()).toEqual(later.slice(5));
    expect(poller.lines).toMatchObject([{ level: 40, shard_id: 'shard-a' }]);
    expect(String(poller.lines[0]?.msg)).toContain('the sweep finds their events');
  });

  it('is the oldest record left also before anything was read', async () => {
    streams.addShard('shard-a');
    const { batches, handler } = recordBatches();
    const poller = await poll(handler);
    await poller.idle();
    const records = write('shard-a', 1, 5);
    streams.trim('shard-a', 3);
    await poller.idle();
    expect(batches.flat()).toEqual(records.slice(3));
    expect(poller.lines.map(({ level }) => level)).toEqual([40]);
  });

  it('is the oldest record left also when they are forgotten while it runs', async () => {
    streams.addShard('shard-a');
    const { batches, handler } = recordBatches();
    let isHeld = true;
    const poller = await poll(async (event) => {
      const response = await handler(event);
      while (isHeld) await sleep(5);
      return response;
    });
    const [first = ''] = write('shard-a', 1, 1);
    await eventually(() => batches.length === 1);
    const later = write('shard-a', 2, 10);
    streams.trim('shard-a', 6);
    isHeld = false;
    await poller.idle();
    expect(batches.flat()).toEqual([first, ...later.slice(5)]);
    expect(poller.lines.map(({ level }) => level)).toEqual([40]);
  });
});
