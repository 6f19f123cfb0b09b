import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../../src/contract/routes.ts';
import { cursorId, encodeCursor } from '../../../src/http/cursor.ts';
import { useEngine } from '../../support/use-engine.ts';
import {
  fillIn,
  prefixOf,
  startTenants,
  TARGETS,
  TENANTS,
  type Tenant,
  type TenantWorld,
  wordOf,
} from './world.ts';

const engine = useEngine();
let world: TenantWorld;

beforeAll(async () => {
  world = await startTenants(engine.endpoint);
}, 120_000);

afterAll(() => world.close());

const ALL = Object.values(TARGETS).flat();

const ask = async (target: string) => {
  const { status, bytes } = await world.app.download(target);
  return { status, text: bytes.toString() };
};

const askOf = (tenant: Tenant, target: string, whose = tenant) =>
  ask(`${prefixOf(tenant)}${fillIn(world, target, whose)}`);

/** The tenants that a text tells of. */
const toldOf = (text: string): Tenant[] => TENANTS.filter((tenant) => text.includes(wordOf(tenant)));

const others = (tenant: Tenant): Tenant[] => TENANTS.filter((other) => other !== tenant);

/** An answer without what differs from one tenant to the other, and from one request to the next. */
const shapeOf = (text: string): string =>
  TENANTS.reduce((said, tenant) => said.replaceAll(wordOf(tenant), 'WORD'), text)
    .replaceAll(
      /"(event_id|run_id|tenant_id|idempotency_key|connection_id|next_cursor|subscription_id|execution_id|replay_of)":"[^"]*"/g,
      '"$1":""',
    )
    .replaceAll(/"(connection_id|tenant_id|secret|replay_of)":(null|"")/g, '"$1":""')
    .replaceAll(/"(duration_ms|lag_seconds|oldest_due_seconds)":\d+/g, '"$1":0')
    .replaceAll(/"[^"]*T[\d:.]+(Z|-07:00)"/g, '"TIME"');

describe('each tenant', () => {
  it('is asked for on every route that reads, because a new route may be one that forgets it', () => {
    const reading = ROUTES.filter(({ served_by, method }) => served_by === 'read' && method === 'GET');
    expect(reading.map(({ name }) => name).sort()).toEqual(Object.keys(TARGETS).sort());
  });

  it.each(ALL)('is told of its own at %s, and of nobody else', async (target) => {
    for (const tenant of TENANTS) {
      const { status, text } = await askOf(tenant, target);
      expect([200, 404]).toContain(status);
      expect(toldOf(text).filter((one) => one !== tenant)).toEqual([]);
      for (const other of others(tenant))
        for (const id of world.events[other]) expect(text).not.toContain(id);
    }
  });

  it.each([
    ...TARGETS['list-issues'],
    ...TARGETS['get-issue'],
    ...TARGETS['list-issue-events'],
    ...TARGETS['list-issue-commits'],
    ...TARGETS['list-stories-without-commits'],
    ...TARGETS['list-commits-without-story'],
    ...TARGETS['list-subscriptions'],
    ...TARGETS['get-subscription'],
    ...TARGETS['list-executions'],
    ...TARGETS['list-issue-executions'],
    ...TARGETS['list-event-executions'],
    ...TARGETS['get-execution'],
    '/events?source=commits',
    '/stats',
    '/reconciliation',
  ])('is answered as every other one at %s, because all were delivered the same', async (target) => {
    const [first, ...rest] = await Promise.all(TENANTS.map((tenant) => askOf(tenant, target)));
    for (const { status, text } of rest) {
      expect(status).toBe(first?.status);
      expect(shapeOf(text)).toBe(shapeOf(first?.text ?? ''));
    }
  });

  it('has the stories and commits that were delivered for it, because else the above says nothing', async () => {
    for (const tenant of TENANTS) {
      const told = await Promise.all(ALL.map((target) => askOf(tenant, target)));
      const telling = told.filter(({ text }) => toldOf(text).includes(tenant));
      expect(telling.length).toBeGreaterThan(15);
      expect(told.filter(({ status }) => status === 404).length).toBeLessThan(4);
    }
  });

  it('named default is the one without a name, on every route', async () => {
    for (const target of ALL) {
      const path = fillIn(world, target, 'default');
      const [plain, named] = [await ask(path), await ask(`/t/default${path}`)];
      expect([named.status, shapeOf(named.text)]).toEqual([plain.status, shapeOf(plain.text)]);
    }
  });
});

describe('an id of another tenant', () => {
  const NAMED = [
    ...TARGETS['get-event'],
    ...TARGETS['get-body'],
    ...TARGETS['get-connection'],
    ...TARGETS['get-subscription'],
    ...TARGETS['list-event-executions'],
    ...TARGETS['get-execution'],
  ];
  const UNKNOWN = {
    '/events/': `evt_${'0'.repeat(40)}`,
    '/bodies/': `evt_${'0'.repeat(40)}`,
    '/connections/': `con_${'0'.repeat(22)}`,
    '/subscriptions/': `sub_${'0'.repeat(22)}`,
    '/executions/': `exe_${'0'.repeat(40)}_${'0'.repeat(22)}`,
  };

  it.each(NAMED)('is as unknown as any at %s', async (target) => {
    for (const tenant of TENANTS)
      for (const other of others(tenant)) {
        const first = Object.entries(UNKNOWN).find(([begin]) => target.startsWith(begin));
        const unknown = await ask(`${prefixOf(tenant)}${first?.join('')}`);
        const foreign = await askOf(tenant, target, other);
        expect([foreign.status, shapeOf(foreign.text)]).toEqual([404, shapeOf(unknown.text)]);
      }
  });

  it('finds nothing as a filter', async () => {
    for (const tenant of TENANTS)
      for (const other of others(tenant)) {
        const { text } = await askOf(tenant, '/events?connection={connection}', other);
        expect(JSON.parse(text)).toEqual({ events: [], next_cursor: null });
        const sent = await askOf(tenant, '/executions?subscription={subscription}', other);
        expect(JSON.parse(sent.text)).toEqual({ executions: [], next_cursor: null });
      }
  });
});

describe('a cursor of another tenant', () => {
  const LISTINGS = [
    '/issues?project=A-B',
    '/issues/1/events',
    '/issues/1/commits',
    '/gaps/stories-without-commits',
    '/gaps/commits-without-story',
    '/events',
    '/events?source=admin',
    '/executions',
    '/issues/1/executions',
  ];

  const pageOf = (target: string): string => `${target}${target.includes('?') ? '&' : '?'}limit=1`;

  const cursorOf = async (tenant: Tenant, target: string): Promise<string> =>
    encodeURIComponent(JSON.parse((await askOf(tenant, pageOf(target))).text).next_cursor);

  it.each(LISTINGS)('is refused by %s, because a position of one is none of the other', async (target) => {
    for (const tenant of TENANTS) {
      const cursor = target.endsWith('admin') && tenant === 'default' ? null : await cursorOf(tenant, target);
      if (cursor === null) continue;
      expect(cursor).not.toBe('null');
      const next = `${pageOf(target)}&cursor=${cursor}`;
      expect((await askOf(tenant, next)).status).toBe(200);
      for (const other of others(tenant)) expect((await askOf(other, next)).status).toBe(400);
    }
  });

  /** Anybody can make a check that fits: what a cursor says must not matter. */
  const forged = [
    [
      '/gaps/stories-without-commits',
      ['correlation', { project: null, fix_version: null }],
      { group: 'ABC', pk: 'I#b#3', sk: 'L', work_sk: '00000000000000000000' },
    ],
    [
      '/gaps/stories-without-commits',
      ['correlation', { project: null, fix_version: null }],
      { group: 'b#story#ABC' },
    ],
    [
      '/gaps/commits-without-story',
      ['correlation', { repository: null, since: null }],
      { group: 'acme/shop', pk: 'C#b#acme/shop#x', sk: 'L', work_sk: '0' },
    ],
    ['/issues/1/commits', ['issue-commits'], { issue_id: '1', asked: '1', key: 'b#ABC-1' }],
    ['/issues/1/commits', ['issue-commits'], { issue_id: '1', asked: '1', key: 'ABC-1', sk: 'C#' }],
    [
      '/issues/1/events',
      ['issue-events'],
      { issue_id: '1', asked: '1', event_id: `evt_${'f'.repeat(40)}`, occurred_ms: 9_000_000_000_000 },
    ],
    [
      '/issues/1/executions',
      ['issue-executions'],
      {
        ...{ issue_id: '1', asked: '1', created_ms: 9_000_000_000_000 },
        execution_id: `exe_${'f'.repeat(40)}_${'f'.repeat(22)}`,
      },
    ],
  ] as const;

  it.each(forged)('tells nothing at %s when it is forged as %j %j', async (target, asked, position) => {
    for (const tenant of TENANTS) {
      const cursor = encodeCursor(cursorId(tenant, [...asked]), position);
      const { status, text } = await askOf(
        tenant,
        `${pageOf(target).replace('limit=1', 'limit=100')}&cursor=${cursor}`,
      );
      expect([200, 400]).toContain(status);
      expect(toldOf(text).filter((one) => one !== tenant)).toEqual([]);
    }
  });
});

describe('the documents', () => {
  const filesOf = (folder: string): string =>
    readdirSync(join(world.folder, folder))
      .map((name) => readFileSync(join(world.folder, folder, name), 'utf8'))
      .join();

  it('tell of their tenant and lie in its folder, because who may read one may not read another', () => {
    const FOLDER = 'issues/wave3/jira_webhook';
    expect(toldOf(filesOf(`artifacts/${FOLDER}`))).toEqual(['default']);
    expect(readdirSync(join(world.folder, 'artifacts/tenants')).sort()).toEqual(['a', 'a-b', 'b']);
    for (const tenant of others('default'))
      expect(toldOf(filesOf(`artifacts/tenants/${tenant}/${FOLDER}`))).toEqual([tenant]);
  });
});
