import { setTimeout as timer } from 'node:timers/promises';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { UnreadableRowError } from '../../../src/errors/errors.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { createDocumentClient, createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { getItem, type Table } from '../../../src/store/calls/table.ts';
import { changeExecution, claimExecution } from '../../../src/store/executions/change-execution.ts';
import { executionKey, laneKey } from '../../../src/store/executions/execution-keys.ts';
import { takeLane } from '../../../src/store/executions/lanes.ts';
import { writeState } from '../../../src/store/subscriptions/subscription-row.ts';
import { createTable } from '../../support/app.ts';
import { useEngine } from '../../support/use-engine.ts';
import { openSendWorld } from './world.ts';

const engine = useEngine();
let table: Table;
const call = () => ({ table, signal: AbortSignal.timeout(30_000) });

beforeAll(async () => {
  const config = embeddedConfig(engine.endpoint);
  const name = await createTable(engine.endpoint);
  table = { client: createDynamoDb(config), documentClient: createDocumentClient(config), name };
});

describe('sending from a table', () => {
  it('writes each attempt and what came of it, and leaves the lane free', async () => {
    const world = await openSendWorld(table);
    const ids = await world.make(30);
    expect(await world.send(ids)).toEqual({ end: 'left', sent: 30 });
    expect(world.seen.toSorted()).toEqual(ids.toSorted());
    const execution = await world.execution(ids[7] ?? '');
    expect(execution).toMatchObject({
      status: 'completed',
      tries: 1,
      attempts: 1,
      claims: 0,
      due_ms: null,
      reason: null,
    });
    expect(execution.result).toMatchObject({ status: 200, body: 'ok' });
    expect(await world.attempts(execution.execution_id)).toMatchObject([
      { attempt: 1, status: 200, is_probe: false },
    ]);
    expect(await getItem(call(), laneKey(world.subscription.subscription_id))).toBe(null);
  });

  it('sends each once though many processes are told of it, because a claim is one process alone', async () => {
    const world = await openSendWorld(table, { concurrency: 3 });
    const ids = await world.make(24);
    let underWay = 0;
    let most = 0;
    world.answer = async () => {
      most = Math.max(most, ++underWay);
      await timer(2);
      underWay -= 1;
      return 'ok';
    };
    const ends = await Promise.all(Array.from({ length: 5 }, () => world.send(ids)));
    expect(ends.map(({ end }) => end).toSorted()).toEqual(['busy', 'busy', 'busy', 'busy', 'left']);
    expect(world.seen.toSorted()).toEqual(ids.toSorted());
    expect(most).toBeLessThanOrEqual(3);
  });

  it('sees what came while it was at work, because whoever told of it found the lane taken', async () => {
    const world = await openSendWorld(table);
    const [first = ''] = await world.make(1);
    let late: string[] = [];
    world.answer = async (nth) => {
      if (nth > 1) return 'ok';
      late = await world.make(3);
      expect(await world.send(late)).toMatchObject({ end: 'busy' });
      return 'ok';
    };
    await world.send([first]);
    expect(world.seen.toSorted()).toEqual([first, ...late].toSorted());
  });

  it('tells a lane of the same process, because that is faster than to look', async () => {
    const world = await openSendWorld(table);
    const sender = world.open();
    const [first = ''] = await world.make(1);
    let told: ReturnType<typeof world.send> | undefined;
    world.answer = async (nth) => {
      if (nth === 1) told = world.send(await world.make(2), sender);
      return 'ok';
    };
    expect(await world.send([first], sender)).toEqual({ end: 'left', sent: 3 });
    expect(await told).toEqual({ end: 'left', sent: 3 });
    await sender.settled();
  });

  it('takes over what a dead process had claimed when its leases are over, and not before', async () => {
    const world = await openSendWorld(table);
    const [id = ''] = await world.make(1);
    const { subscription_id } = world.subscription;
    await takeLane(call(), { subscription_id, owner: 'dead', now_ms: Date.now() });
    const until_ms = Date.now() + 45_000;
    await claimExecution(call(), await world.execution(id), { owner: 'dead', now_ms: Date.now(), until_ms });
    expect(await world.send([id])).toMatchObject({ end: 'busy' });
    world.ahead_ms = 91_000;
    expect(await world.send()).toMatchObject({ end: 'left', sent: 1 });
    expect(world.seen).toEqual([id]);
    expect(await world.execution(id)).toMatchObject({ status: 'completed', tries: 1 });
  });

  it('gives up what three processes died of, because the fourth would die of it too', async () => {
    const world = await openSendWorld(table);
    const [id = ''] = await world.make(1, { status: 'in_progress', claims: 3 });
    await world.send();
    expect(world.seen).toEqual([]);
    expect(await world.execution(id)).toMatchObject({ status: 'failed', reason: 'crashed' });
    expect(world.counts).toEqual({ ExecutionsFailed: 1 });
  });

  it('leaves a dead target alone, tells people once, and asks it again with one probe', async () => {
    const world = await openSendWorld(table, { concurrency: 1, name: 'Größe' });
    const ids = await world.make(8);
    world.answer = async () => 'failed';
    await world.send(ids);
    expect(world.seen.length).toBe(5);
    expect(await world.row()).toMatchObject({
      status: 'open',
      status_reason: '5 attempts in a row failed: answered failed',
      failed_in_a_row: 5,
    });
    const left = await world.execution(ids[6] ?? '');
    expect(left).toMatchObject({ status: 'queued', tries: 0, attempts: 0, rev: 1 });
    expect(world.counts).toEqual({ TargetOpened: 1 });
    expect(world.notices.length).toBe(1);
    expect(world.notices[0]?.message).toContain('Waiting: 8. ');
    expect(world.notices[0]?.message).toContain(
      `subscriptions -- resume ${world.subscription.subscription_id}`,
    );

    expect(await world.send(ids)).toMatchObject({ end: 'asleep' });
    world.ahead_ms = 60_000;
    await world.send();
    expect(world.seen.length).toBe(6);
    expect(await world.execution(ids[5] ?? '')).toMatchObject({ status: 'queued', tries: 0, attempts: 1 });

    world.answer = async () => 'ok';
    world.ahead_ms = 60_000 + 121_000;
    await world.send();
    expect(await world.row()).toMatchObject({ status: 'active', failed_in_a_row: 0 });
    expect((await Promise.all(ids.map(world.execution))).map(({ status }) => status)).toEqual(
      ids.map(() => 'completed'),
    );
    expect(world.notices.length).toBe(1);
  });

  it('drops nothing when a target answers 410, and asks it no more', async () => {
    const world = await openSendWorld(table, { concurrency: 1 });
    const ids = await world.make(2);
    world.answer = async () => 'gone';
    world.ahead_ms = 600_000;
    await world.send(ids);
    expect(world.seen).toEqual([ids[0]]);
    expect(await world.row()).toMatchObject({ status: 'disabled', status_reason: 'answered gone' });
    expect(await world.execution(ids[0] ?? '')).toMatchObject({ status: 'queued', tries: 0, attempts: 1 });
    expect(world.notices.length).toBe(1);
  });

  it('cancels what waits of a deleted subscription, what is due later too', async () => {
    const world = await openSendWorld(table);
    const now = await world.make(2);
    const later = await world.make(2, { due_ms: Date.now() + 7_200_000 });
    await writeState(call(), await world.row(), { ...(await world.row()), status: 'deleted' });
    await world.send();
    for (const id of [...now, ...later])
      expect(await world.execution(id)).toMatchObject({
        status: 'cancelled',
        reason: 'subscription-deleted',
        due_ms: null,
      });
    expect(world.seen).toEqual([]);
  });

  it('cancels what a crash left claimed of a deleted subscription once its lease is over, and nothing before', async () => {
    const world = await openSendWorld(table);
    const [dead = '', alive = ''] = await world.make(2);
    const lease = async (id: string, until_ms: number) =>
      claimExecution(call(), await world.execution(id), { owner: 'gone', now_ms: Date.now(), until_ms });
    await lease(dead, Date.now() - 1);
    await lease(alive, Date.now() + 60_000);
    await writeState(call(), await world.row(), { ...(await world.row()), status: 'deleted' });
    await world.send();
    const ended = { status: 'cancelled', reason: 'subscription-deleted', due_ms: null };
    expect(await world.execution(dead)).toMatchObject(ended);
    expect(await world.execution(alive)).toMatchObject({ status: 'in_progress' });
    world.ahead_ms = 61_000;
    await world.send();
    expect(await world.execution(alive)).toMatchObject(ended);
    expect(world.seen).toEqual([]);
  });

  it('sends the others where nobody can read one, because newer code may have written it', async () => {
    const world = await openSendWorld(table);
    const [odd = '', other = '', told = ''] = await world.make(3);
    const row = await getItem(call(), executionKey(odd));
    await table.documentClient.send(
      new PutCommand({ TableName: table.name, Item: { ...row, body: Buffer.from('x') } }),
    );
    expect(await world.send([odd, told])).toEqual({ end: 'left', sent: 2 });
    expect(world.seen.toSorted()).toEqual([other, told].toSorted());
    await expect(world.execution(odd)).rejects.toThrow(UnreadableRowError);
  });

  it('sends nothing that was cancelled since it was read', async () => {
    const world = await openSendWorld(table, { concurrency: 1 });
    const [first = '', second = ''] = await world.make(2);
    world.answer = async (nth) => {
      const waits = await world.execution(second);
      if (nth === 1) await changeExecution(call(), waits, { ...waits, status: 'cancelled', due_ms: null });
      return 'ok';
    };
    await world.send([first, second]);
    expect(world.seen).toEqual([first]);
    expect(await world.execution(second)).toMatchObject({ status: 'cancelled', attempts: 0 });
  });
});
