import { setTimeout as timer } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { createDocumentClient, createDynamoDb } from '../../../src/platform/dynamodb.ts';
import type { Table } from '../../../src/store/calls/table.ts';
import { putNotice, readNotice, takeNoticeTurn } from '../../../src/store/subscriptions/notices.ts';
import { createTable } from '../../support/app.ts';
import { useEngine } from '../../support/use-engine.ts';
import { openSendWorld, type SendWorld } from './world.ts';

const engine = useEngine();
let table: Table;
const call = () => ({ table, signal: AbortSignal.timeout(30_000) });
const NOW = Date.UTC(2026, 10, 22, 19);

beforeAll(async () => {
  const config = embeddedConfig(engine.endpoint);
  const name = await createTable(engine.endpoint);
  table = { client: createDynamoDb(config), documentClient: createDocumentClient(config), name };
});

const dead = async (): Promise<SendWorld> => {
  const world = await openSendWorld(table);
  world.answer = async () => 'failed';
  await world.make(5);
  return world;
};

describe('what people are told', () => {
  it('comes once a minute for all targets, whichever clock took the last turn', async () => {
    expect(await takeNoticeTurn(call(), NOW)).toBe(null);
    expect(await takeNoticeTurn(call(), NOW + 1)).toBe(NOW + 60_000);
    const turns = await Promise.all(Array.from({ length: 5 }, () => takeNoticeTurn(call(), NOW + 60_000)));
    expect(turns.filter((turn) => turn === null).length).toBe(1);
    // A clock that was an hour ahead must not keep everybody silent for an hour.
    expect(await takeNoticeTurn(call(), NOW + 3_600_000)).toBe(null);
    expect(await takeNoticeTurn(call(), NOW + 200_000)).toBe(null);
  });

  it('is remembered by when the target became so, and an older time does not undo it', async () => {
    const id = 'sub_of-this-test-alone-000';
    expect(await readNotice(call(), id)).toBe(null);
    await putNotice(call(), id, NOW);
    await putNotice(call(), id, NOW - 5);
    expect(await readNotice(call(), id)).toBe(NOW);
  });

  it('waits for its turn where another target has it, and is said once all the same', async () => {
    const worlds = [await dead(), await dead(), await dead()];
    const slept: number[] = [];
    for (const world of worlds) world.ahead_ms = 86_400_000;
    for (const world of worlds) {
      world.sleep = async (ms, signal) => {
        if (ms < 30_000) return timer(ms, undefined, { signal });
        slept.push(ms);
        for (const one of worlds) one.ahead_ms += ms;
      };
      await world.send();
    }
    expect(worlds.map(({ notices }) => notices.length)).toEqual([1, 1, 1]);
    expect(slept.length).toBe(2);
    for (const ms of slept) expect(ms).toBeLessThanOrEqual(60_000);
    for (const { subscription, notices } of worlds) {
      const { subscription_id, tenant_id } = subscription;
      expect(notices[0]).toMatchObject({
        tenant_id,
        subscription_id,
        subject: `Target open: ${subscription_id}`,
      });
    }
  });

  it('is said with the next probe where it could not be said, because somebody must hear of it', async () => {
    const world = await dead();
    world.ahead_ms = 2 * 86_400_000;
    world.notifyFault = new Error('no topic');
    await world.send();
    expect(await world.row()).toMatchObject({ status: 'open' });
    expect(world.notices).toEqual([]);
    world.notifyFault = null;
    world.ahead_ms += 61_000;
    await world.send();
    expect(world.notices.map(({ subject }) => subject)).toEqual([
      `Target open: ${world.subscription.subscription_id}`,
    ]);
    world.ahead_ms += 121_000;
    await world.send();
    expect(world.notices.length).toBe(1);
  });

  it('is said once though a probe fails while a turn is waited for, because turns are few', async () => {
    const world = await dead();
    world.ahead_ms = 4 * 86_400_000;
    await takeNoticeTurn(call(), Date.now() + world.ahead_ms);
    const [waits, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    world.sleep = async (ms, signal) => {
      if (ms < 30_000) return timer(ms, undefined, { signal });
      waits.resolve();
      await goesOn.promise;
      world.ahead_ms += ms;
    };
    const first = world.send();
    await waits.promise;
    world.ahead_ms += 61_000;
    await world.send();
    expect(world.notices.length).toBe(1);
    goesOn.resolve();
    await first;
    expect(world.notices.length).toBe(1);
  });

  it('is said of a disabled target when it is woken, because no probe comes to say it later', async () => {
    const world = await openSendWorld(table);
    world.ahead_ms = 5 * 86_400_000;
    world.answer = async () => 'gone';
    await world.make(1);
    world.notifyFault = new Error('no topic');
    await world.send();
    expect(await world.row()).toMatchObject({ status: 'disabled' });
    world.notifyFault = null;
    world.ahead_ms += 61_000;
    expect(await world.send()).toEqual({ end: 'asleep', sent: 0 });
    await world.send();
    const { subscription_id } = world.subscription;
    expect(world.notices.map(({ subject }) => subject)).toEqual([`Target disabled: ${subscription_id}`]);
    expect(world.seen.length).toBe(1);
  });

  it('says nothing of a target that has come back before its turn', async () => {
    const world = await dead();
    world.ahead_ms = 3 * 86_400_000;
    world.notifyFault = new Error('no topic');
    await world.send();
    world.notifyFault = null;
    world.answer = async () => 'ok';
    world.ahead_ms += 61_000;
    await world.send();
    expect(await world.row()).toMatchObject({ status: 'active' });
    expect(world.notices).toEqual([]);
  });
});
