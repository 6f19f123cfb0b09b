import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Subject } from '../../../src/domain/delivery.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/instant.ts';
import { type Asked, listAsked, putAsked } from '../../../src/store/reconcile/asked.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { scanTable, startCorrelation } from '../../support/correlation.ts';
import { depth } from '../../support/depth.ts';
import { useEngine } from '../../support/use-engine.ts';
import { eventRecord } from './records.ts';

const NOW = Date.UTC(2026, 10, 29, 12);

const engine = useEngine();
let table: string;
let app: TestApp;

beforeEach(async () => {
  table = await createTable(engine.endpoint);
  app = openApp({ endpoint: engine.endpoint, tableName: table, clock: () => NOW });
});

const newSignal = () => AbortSignal.timeout(60_000);

const askedOf = async (tenant = 'default'): Promise<Asked[]> => {
  const asked: Asked[] = [];
  for await (const page of listAsked({ table: app.events.table, tenant, newSignal })) asked.push(...page);
  return asked;
};

/** Delivered at that time; answers the event's record in the stream. */
const deliver = async (body: object, atMs = NOW, tenant?: string) => {
  const from = { endpoint: engine.endpoint, tableName: table, clock: () => atMs };
  const own = openApp(tenant === undefined ? from : { ...from, tenant });
  const answer = await own.deliver(JSON.stringify({ timestamp: atMs, ...body }));
  expect(answer.status).toBe(202);
  return eventRecord(answer.body.event_id);
};

const version = (id: string, webhookEvent = 'jira:version_updated') => ({
  webhookEvent,
  version: { id, name: `v${id}`, projectId: 10_000 },
});

const run = async (records: Awaited<ReturnType<typeof deliver>>[], change = {}) => {
  using correlation = startCorrelation(app, { clock: () => NOW, site_tenant: 'default', ...change });
  expect(await correlation.run(records)).toEqual({ batchItemFailures: [] });
  expect(correlation.documents()).toEqual([]);
};

const statusOf = async (record: Awaited<ReturnType<typeof deliver>>) => {
  const { body } = await app.get(`/events/${record.dynamodb?.Keys?.pk?.S?.slice(2)}`);
  return body.processing;
};

describe('webhooks of versions, projects and sprints', () => {
  it('ask for their issues to be read again a minute later, because Jira sends nothing for each', async () => {
    const records = [
      await deliver(version('10200')),
      await deliver({ webhookEvent: 'project_updated', project: { id: 10_009, key: 'QUAY' } }),
      await deliver({ webhookEvent: 'sprint_closed', sprint: { id: 8, name: 'Eight' } }),
    ];
    await run(records);
    const due = { asked_ms: NOW, due_ms: NOW + MINUTE_MS };
    expect(await askedOf()).toMatchObject([
      { subject: { kind: 'project', id: '10009' }, ...due },
      { subject: { kind: 'sprint', id: '8' }, ...due },
      { subject: { kind: 'version', id: '10200' }, ...due },
    ]);
    for (const record of records) expect(await statusOf(record)).toMatchObject({ status: 'processed' });
  });

  it('ask for a version that is gone by its name, because Jira finds nothing by its id', async () => {
    const gone = version('5', 'jira:version_deleted');
    await run([await deliver({ ...gone, mergedTo: { id: '6', name: 'v6' } })]);
    const subjects: Subject[] = [
      { kind: 'version', id: '6' },
      { kind: 'version_name', name: 'v5' },
    ];
    expect((await askedOf()).map(({ subject }) => subject)).toEqual(subjects);
  });

  it('ask once, because a version that is edited often has one row, due a minute after the first', async () => {
    const [first, second] = [await deliver(version('1'), NOW - 50_000), await deliver(version('1'), NOW)];
    for (const records of [[first], [second, first], [first, second]]) await run(records);
    expect(await askedOf()).toMatchObject([
      { subject: { kind: 'version', id: '1' }, asked_ms: NOW, due_ms: NOW + 10_000 },
    ]);
  });

  it('come to the same in any order and repeated, because no batch waits for another', async () => {
    const asks = fc.array(fc.record({ id: fc.constantFrom('1', '2'), at: fc.nat(9) }), { minLength: 1 });
    const place = { table: app.events.table, signal: newSignal() };
    let tenants = 0;
    await fc.assert(
      fc.asyncProperty(asks, async (drawn) => {
        tenants += 1;
        const own = { ...place, tenant: `t${tenants}` };
        const asking = drawn.map(({ id, at }) => putAsked(own, { kind: 'sprint', id }, NOW + at));
        await Promise.all(asking);
        const rows = await askedOf(own.tenant);
        expect(rows).toHaveLength(new Set(drawn.map(({ id }) => id)).size);
        for (const { subject, asked_ms, due_ms } of rows) {
          const times = drawn.flatMap(({ id, at }) =>
            'id' in subject && subject.id === id ? [NOW + at] : [],
          );
          expect(asked_ms).toBe(Math.max(...times));
          expect(times).toContain(due_ms - MINUTE_MS);
        }
      }),
      { numRuns: depth(15, 200) },
    );
  });

  it('do not wait for the time of a clock set ahead, because they would then not be read', async () => {
    await run([await deliver(version('1'), NOW + HOUR_MS)]);
    expect(await askedOf()).toMatchObject([{ asked_ms: NOW, due_ms: NOW + MINUTE_MS }]);
  });

  it('ask for nothing where no Jira is configured or another tenant has it, because nobody would read it', async () => {
    const [own, others] = [await deliver(version('1')), await deliver(version('2'), NOW, 'b')];
    await run([own, others], { site_tenant: null });
    await run([others]);
    expect((await scanTable(app)).filter(({ pk }) => String(pk).startsWith('ASKED#'))).toEqual([]);
    expect(await statusOf(own)).toMatchObject({ status: 'not_needed' });
  });

  it('keep what they ask for out of the event that is shown, because it is said there already', async () => {
    const record = await deliver(version('1'));
    const { body } = await app.get(`/events/${record.dynamodb?.Keys?.pk?.S?.slice(2)}`);
    expect(body).not.toHaveProperty('subjects');
  });
});
