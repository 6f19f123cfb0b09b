import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { localContext } from '../../../src/local/lambda-input.ts';
import { createPublishHandler } from '../../../src/publish/handler.ts';
import { publishEvents } from '../../../src/publish/publish-events.ts';
import { updateIf } from '../../../src/store/calls/conditional-write.ts';
import { subscriptionKey } from '../../../src/store/calls/keys.ts';
import { createConnection } from '../../../src/store/connections/change-connection.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { someConnection, someRun } from '../../support/connections.ts';
import { streamRecord } from '../../support/stream-records.ts';
import { NO_FILTER } from '../../support/subscriptions.ts';
import { useEngine } from '../../support/use-engine.ts';
import { factsOf, openWorld, type PublishWorld, RETENTION_DAYS, tableWith } from './world.ts';

const NOW = Date.UTC(2026, 10, 29, 12);
const NONE_FAILED = new Set();

const engine = useEngine();
let app: TestApp;
let world: PublishWorld;

// A table of its own: what is due is asked for all tenants.
beforeEach(async () => {
  app = openApp({ endpoint: engine.endpoint, tableName: await createTable(engine.endpoint) });
  world = openWorld(app, () => NOW);
});

const recordsOf = (...eventIds: string[]) =>
  eventIds.map((id, n) => streamRecord(`E#${id}`, 'E', { sequenceNumber: String(n + 1) }));

const handle = (records: ReturnType<typeof recordsOf>, change: object = {}) =>
  createPublishHandler({ ...world.deps, ...change })(
    { Records: records },
    localContext('test', () => NOW),
  );

describe('an event', () => {
  it('becomes one execution for each subscription that it matches, and each is told once', async () => {
    const all = await world.subscribe();
    const ops = await world.subscribe({ filter: { ...NO_FILTER, projects: ['OPS'] }, priority: 'by_issue' });
    await world.subscribe({ filter: { ...NO_FILTER, projects: ['OTHER'] } });
    const event_id = await world.store({ facts: { ...factsOf('OPS'), priority: 'Highest' } });
    const other = await world.store({ facts: factsOf('SHOP') });
    expect(await publishEvents(world.deps, [event_id, other])).toEqual({ made: 3, failed: NONE_FAILED });

    const made = await world.executionsOf(event_id);
    expect(made.map(({ subscription_id }) => subscription_id).toSorted()).toEqual(
      [all.subscription_id, ops.subscription_id].toSorted(),
    );
    expect(made.find(({ subscription_id }) => subscription_id === ops.subscription_id)).toEqual({
      execution_id: `exe_${event_id.slice(4)}_${ops.subscription_id.slice(4)}`,
      tenant_id: world.tenant,
      event_id,
      subscription_id: ops.subscription_id,
      issue_id: '10001',
      issue_key: 'OPS-1',
      event_type: 'jira:issue_updated',
      priority: 'high',
      status: 'queued',
      reason: null,
      tries: 0,
      attempts: 0,
      claims: 0,
      due_ms: NOW,
      created_ms: NOW,
      started_ms: null,
      completed_ms: null,
      result: null,
      replay_of: null,
      run_id: expect.any(String),
      received_ms: NOW,
      expires_at: NOW / 1000 + RETENTION_DAYS * 86_400,
      rev: 1,
    });
    expect(
      world.hints.map(({ subscription_id, execution_ids }) => [subscription_id, execution_ids.length]),
    ).toEqual(
      expect.arrayContaining([
        [all.subscription_id, 2],
        [ops.subscription_id, 1],
      ]),
    );
    expect(world.hints).toHaveLength(2);
  });

  it('that comes again changes nothing and tells nobody, because the stream repeats itself', async () => {
    await world.subscribe();
    const event_id = await world.store();
    await publishEvents(world.deps, [event_id, event_id]);
    const before = await world.executionsOf(event_id);
    expect(await publishEvents(world.deps, [event_id])).toEqual({ made: 0, failed: NONE_FAILED });
    expect(await world.executionsOf(event_id)).toEqual(before);
    expect(world.hints).toHaveLength(1);
  });

  it('of before the subscription, in quarantine, of another tenant or of no one is none of its', async () => {
    await world.subscribe({ matches_since_ms: NOW });
    const neighbour = openWorld(app, () => NOW);
    const ids = [
      await world.store({ received_ms: NOW - 1 }),
      await world.store({ outcome: 'quarantined', facts: null }),
      await neighbour.store(),
      `evt_${'0'.repeat(40)}`,
    ];
    expect(await publishEvents(world.deps, ids)).toEqual({ made: 0, failed: NONE_FAILED });
    const first = await world.store({ received_ms: NOW });
    expect(await publishEvents(world.deps, [first])).toEqual({ made: 1, failed: NONE_FAILED });
  });

  it('waits where its target is left alone, and nobody is told, because a lane would have nothing to do', async () => {
    await world.subscribe({ status: 'paused' });
    await world.subscribe({ status: 'disabled' });
    await world.subscribe({ status: 'open', opened_ms: NOW - 1, next_probe_ms: NOW + 1 });
    const probed = await world.subscribe({ status: 'open', opened_ms: NOW - 1, next_probe_ms: NOW });
    await world.subscribe({ status: 'deleted' });
    const event_id = await world.store();
    expect(await publishEvents(world.deps, [event_id])).toMatchObject({ made: 4 });
    expect(world.hints.map(({ subscription_id }) => subscription_id)).toEqual([probed.subscription_id]);
  });

  it('that nobody can read blocks no other, because it would be the same at every try', async () => {
    await world.subscribe();
    const broken = await world.store();
    const { table } = app.events;
    const Item = {
      pk: { S: `E#${broken}` },
      sk: { S: 'E' },
      day_pk: { S: `${world.tenant}#2026-11-29#0` },
      body: { B: Buffer.from('no body') },
    };
    await table.client.send(new PutItemCommand({ TableName: table.name, Item }));
    const event_id = await world.store();
    expect(await publishEvents(world.deps, [broken, event_id])).toEqual({ made: 1, failed: NONE_FAILED });
    expect(world.lines).toMatchObject([{ event_id: broken, fault: 'UnreadableRowError' }]);
  });

  it('of one tenant does not wait for another whose subscription nobody can read', async () => {
    const own = openApp({ endpoint: engine.endpoint, tableName: await createTable(engine.endpoint) });
    world = openWorld(own, () => NOW);
    const { table } = own.events;
    const tenant_id = `${world.tenant}-b`;
    const audit = { who: 'local', what: 'connection-created' } as const;
    await createConnection(own.events, someConnection({ tenant_id }), audit, someRun(NOW));
    const { subscription_id } = await world.subscribe({ tenant_id });
    const update = 'SET decided = :newer';
    const values = { ':newer': '{}' };
    const condition = 'attribute_exists(pk)';
    const place = { table, signal: AbortSignal.timeout(10_000) };
    await updateIf(place, { key: subscriptionKey(subscription_id), update, values, condition });
    await world.subscribe();
    const event_id = await world.store();
    expect(await publishEvents(world.deps, [event_id])).toEqual({ made: 1, failed: NONE_FAILED });
    expect(world.lines).toMatchObject([{ tenant_id, msg: 'subscriptions cannot be read' }]);
  });
});

describe('the stream handler', () => {
  it('reports what the table did not take, and that comes again', async () => {
    await world.subscribe();
    const ids = [await world.store(), await world.store(), await world.store()];
    const table = tableWith(app.events.table, ['answered', 'refused', 'lost']);
    const reported = await handle(recordsOf(...ids), { table });
    expect(reported?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toHaveLength(2);
    expect(world.hints).toMatchObject([{ execution_ids: [expect.any(String)] }]);
    const again = ids.filter((_, n) =>
      reported?.batchItemFailures.some(({ itemIdentifier }) => itemIdentifier === String(n + 1)),
    );
    expect(await handle(recordsOf(...again))).toEqual({ batchItemFailures: [] });
    for (const id of ids) expect(await world.executionsOf(id)).toHaveLength(1);
  });

  it('reads no event while nothing is subscribed, because it shares the table with ingest', async () => {
    const event_id = await world.store();
    const calls: string[] = [];
    const { table } = app.events;
    const client = new Proxy(table.client, {
      get: (target, name) =>
        name === 'send'
          ? (command: object) => {
              calls.push(command.constructor.name);
              return Reflect.apply(target.send, target, [command]);
            }
          : Reflect.get(target, name),
    });
    const counted = { name: table.name, client, documentClient: table.documentClient };
    expect(await handle(recordsOf(event_id), { table: counted })).toEqual({ batchItemFailures: [] });
    // Which tenants have subscriptions.
    expect(calls).toEqual(['QueryCommand']);
  });

  it('refuses what is neither a batch nor a task, because a schedule that is wrong should be seen', async () => {
    const handler = createPublishHandler(world.deps);
    await expect(
      handler(
        { task: 'other' },
        localContext('test', () => NOW),
      ),
    ).rejects.toThrow();
  });
});
