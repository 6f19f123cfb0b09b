import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { sweepTenants } from '../../../src/correlate/run/sweep-events.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { tenantKey } from '../../../src/store/calls/keys.ts';
import type { Table } from '../../../src/store/calls/table.ts';
import { createConnection } from '../../../src/store/connections/change-connection.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { someConnection, someRun } from '../../support/connections.ts';
import { scanTable, startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody, issueBody } from './bodies.ts';
import { commitsOf } from './found.ts';

const QUARTER_MS = 15 * 60_000;

const engine = useEngine();
let tableName: string;
let own: TestApp;
let correlation: TestCorrelation;

beforeEach(async () => {
  tableName = await createTable(engine.endpoint);
  own = openApp({ endpoint: engine.endpoint, tableName });
  correlation = startCorrelation(own);
  return () => correlation[Symbol.dispose]();
});

const appOf = (tenant: string): TestApp => openApp({ endpoint: engine.endpoint, tableName, tenant });

/** The tenant with its first connection, and an issue with a commit that no stream brings. */
const addTenant = async (tenant_id: string): Promise<void> => {
  const audit = { who: 'local', what: 'connection-created' } as const;
  await createConnection(own.events, someConnection({ tenant_id }), audit, someRun());
  await deliver(appOf(tenant_id));
};

const deliver = async (app: TestApp): Promise<void> => {
  await app.deliver(issueBody('1', 'ABC-1', 1));
  await app.deliverCommits('commits', commitsBody(commit(1, 'ABC-1')));
};

/** As the schedule does it after `quarters` of an hour, which is when deliveries of now are no longer the stream's. */
const sweep = (quarters = 2, table: Table = own.events.table) => {
  const clock = () => Date.now() + quarters * QUARTER_MS;
  return sweepTenants({ ...correlation.deps, table, clock, retention_days: 2 });
};

const hasCommit = async (app: TestApp): Promise<boolean> => (await commitsOf(app.get, 'ABC-1')).length === 1;

/** A table that does not answer about one tenant's days. */
const tableWithout = (tenant: string): Table => {
  const { table } = own.events;
  const send = async (command: { input: object }): Promise<unknown> => {
    if (JSON.stringify(command.input).includes(`"${tenant}#`)) throw new Error('it does not answer');
    return Reflect.apply(table.documentClient.send, table.documentClient, [command]);
  };
  const documentClient = new Proxy(table.documentClient, {
    get: (client, name) => (name === 'send' ? send : Reflect.get(client, name)),
  });
  return { client: table.client, name: table.name, documentClient };
};

describe('the sweep', () => {
  it('goes through all tenants, and through the one of the built-in sources without any row', async () => {
    await deliver(own);
    expect(await sweep()).toEqual({ found: 2, complete: true });
    for (const tenant of ['a', 'a-b', 'b']) await addTenant(tenant);
    expect(await sweep(3)).toEqual({ found: 6, complete: true });
    expect(await sweep(4)).toEqual({ found: 0, complete: true });
    for (const app of [own, appOf('a'), appOf('a-b'), appOf('b')]) expect(await hasCommit(app)).toBe(true);
  });

  it('goes on to the others when one cannot be swept, and then fails, so that somebody looks', async () => {
    await deliver(own);
    for (const tenant of ['a', 'b', 'c']) await addTenant(tenant);
    await expect(sweep(2, tableWithout('b'))).rejects.toThrow(UnavailableError);
    expect(correlation.lines).toContainEqual(expect.objectContaining({ tenant_id: 'b', msg: 'not swept' }));
    for (const app of [own, appOf('a'), appOf('c')]) expect(await hasCommit(app)).toBe(true);
    expect(await hasCommit(appOf('b'))).toBe(false);
    expect(await sweep(3)).toEqual({ found: 2, complete: true });
  });

  it('sweeps for the built-in sources when a tenant’s row cannot be read, because theirs need none', async () => {
    await deliver(own);
    await addTenant('a');
    const spoil = new UpdateCommand({
      TableName: tableName,
      Key: tenantKey('a'),
      UpdateExpression: 'SET created_ms = :text',
      ExpressionAttributeValues: { ':text': 'yesterday' },
    });
    await own.events.table.documentClient.send(spoil);
    await expect(sweep()).rejects.toThrow('TENANTS');
    expect(await hasCommit(own)).toBe(true);
  });

  it('begins with another tenant each time, because what waits for one may take all of its time', async () => {
    for (const tenant of ['a', 'b']) await addTenant(tenant);
    const firsts = new Set<unknown>();
    for (let quarters = 2; quarters < 5; quarters += 1) {
      for (const app of [own, appOf('a'), appOf('b')])
        await app.deliver(issueBody(String(quarters), `ABC-${quarters}`, 1));
      const before = correlation.lines.length;
      await sweep(quarters);
      const swept = correlation.lines.slice(before).filter(({ alarm }) => alarm === 'sweep-found');
      expect(swept).toHaveLength(3);
      firsts.add(swept[0]?.tenant_id);
    }
    expect(firsts).toEqual(new Set(['default', 'a', 'b']));
  });
});

describe('the event of a changed connection', () => {
  it('is none of correlation’s, from the stream or the sweep, because it tells of no issue', async () => {
    await addTenant('b');
    const other = appOf('b');
    const { events } = (await other.get('/events?source=admin')).body;
    const [{ event_id } = { event_id: '' }] = events as { event_id: string }[];
    const before = (await other.get(`/events/${event_id}`)).body;
    expect(before).toMatchObject({ source: 'admin', processing: { status: 'not_needed' } });
    await correlation.run();
    await sweep();
    expect((await other.get(`/events/${event_id}`)).body).toEqual(before);
    const statuses = (await scanTable(own)).filter(({ pk, sk }) => pk === `E#${event_id}` && sk === 'P');
    expect(statuses).toEqual([]);
    expect((await own.get('/events?source=admin')).body.events).toEqual([]);
    expect((await own.get(`/events/${event_id}`)).status).toBe(404);
    expect((await other.get('/stats')).body).toMatchObject({
      unprocessed: 0,
      outcomes: { applied: 1, recorded: 1 },
    });
  });
});
