import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cursorId, encodeCursor, type Position } from '../../../src/http/cursor.ts';
import { createTable, openApp, startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { depth } from '../../support/depth.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { patient } from '../../support/patience.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let app: TestApp;
let correlation: TestCorrelation;

beforeAll(async () => {
  app = patient(await startApp({ endpoint: engine.endpoint }));
  correlation = startCorrelation(app);
});
afterAll(() => correlation[Symbol.dispose]());

const issue = (id: string, key: string, day: number, from?: string) =>
  JSON.stringify({
    webhookEvent: 'jira:issue_updated',
    timestamp: Date.UTC(2026, 4, day),
    issue: {
      id,
      key,
      fields: {
        updated: `2026-05-${String(day).padStart(2, '0')}T00:00:00.000+0000`,
        issuetype: { name: 'Story', subtask: false, hierarchyLevel: 0 },
        project: { key: key.split('-')[0] },
      },
    },
    ...(from ? { changelog: { items: [{ field: 'Key', fromString: from, toString: key }] } } : {}),
  });

const commits = (...messages: string[]) =>
  JSON.stringify({
    repository: 'acme/shop',
    commits: messages.map((message, n) => ({
      sha: `${n}`.padStart(40, '0'),
      message,
      author: 'Ada',
      committed_at: `2026-05-01T00:00:${String(n).padStart(2, '0')}Z`,
    })),
  });

const today = new Date(Date.now() - 7 * 3_600_000).toISOString().slice(0, 10);

const SOME_EXECUTION = `exe_${'0'.repeat(40)}_${'0'.repeat(22)}`;

/** A listing, what its cursors are bound to, a position that it would give, and positions that it never gives. */
const FORGED: [string, unknown[], Position, Position[]][] = [
  [
    '/issues?project=CUR',
    ['issues', 'CUR', { status: null, fix_version: null, deleted: null }],
    { issue_id: '1' },
    [
      { pk: 'I#default#1', sk: 'S', project_pk: 'other#CUR', project_sk: '1' },
      { issue_id: 1 },
      { issue_id: '1#2' },
      { issue_id: '' },
      { issue_id: '1', more: 'x' },
    ],
  ],
  [
    `/events?date=${today}`,
    ['events', today, { outcome: null, event_type: null, source: null, connection_id: null }],
    { before: '01KHXNYCGXKTPTG6AKGD6YYQ3Q' },
    [{ before: '' }, { before: 5 }, { before: 'z'.repeat(3_000) }, {}],
  ],
  [
    '/issues/700/events',
    ['issue-events'],
    { issue_id: '700', asked: '700', event_id: `evt_${'0'.repeat(40)}`, occurred_ms: 5 },
    [
      { issue_id: '700', asked: '700', event_id: 'evt_x', occurred_ms: 5 },
      { issue_id: '700', asked: '700', event_id: `evt_${'0'.repeat(40)}`, occurred_ms: '5' },
      { issue_id: '700', asked: '700', event_id: `evt_${'0'.repeat(40)}`, occurred_ms: 1e300 },
      { issue_id: '700', asked: '700', event_id: `evt_${'0'.repeat(40)}`, occurred_ms: -1 },
      { issue_id: '700', asked: '700', event_id: `evt_${'0'.repeat(40)}`, occurred_ms: 0.5 },
      { issue_id: '701', asked: '701', event_id: `evt_${'0'.repeat(40)}`, occurred_ms: 5 },
      { pk: 'E#x', sk: 'E', issue_pk: 'default#700', occurred_ms: 5 },
    ],
  ],
  [
    '/issues/700/executions',
    ['issue-executions'],
    { issue_id: '700', asked: '700', execution_id: SOME_EXECUTION, created_ms: 5 },
    [
      { issue_id: '700', asked: '700', execution_id: `exe_${'0'.repeat(40)}`, created_ms: 5 },
      { issue_id: '700', asked: '700', execution_id: SOME_EXECUTION, created_ms: '5' },
      { issue_id: '700', asked: '700', execution_id: SOME_EXECUTION, created_ms: -1 },
      { issue_id: '701', asked: '701', execution_id: SOME_EXECUTION, created_ms: 5 },
      { issue_id: '700', asked: '700', event_id: `evt_${'0'.repeat(40)}`, occurred_ms: 5 },
      { pk: 'X#x', sk: 'X', issue_pk: 'default#X#700', occurred_ms: 5 },
    ],
  ],
  [
    `/executions?date=${today}`,
    ['executions', today, { status: null, subscription_id: null }],
    { before: '01KHXNYCGXKTPTG6AKGD6YYQ3Q' },
    [{ before: '' }, { before: 5 }, { before: 'z'.repeat(3_000) }, {}],
  ],
  [
    '/issues/700/commits',
    ['issue-commits'],
    { issue_id: '700', asked: '700', key: 'CUR-1', sk: 'C#acme/shop#0', done: '' },
    [
      { issue_id: '700', asked: '700', key: 'CUR-9', sk: 'C#acme/shop#0' },
      { issue_id: '700', asked: '700', key: 'CUR-1', sk: 'I#700' },
      { issue_id: '700', asked: '700', key: 'CUR-1', sk: '' },
      { issue_id: '700', asked: '700', key: 'CUR-1', sk: `C#${'x'.repeat(1_100)}` },
      { issue_id: '700', asked: '700', key: 7, sk: 'C#a#0' },
      { issue_id: '701', asked: 'CUR-1', key: 'CUR-1', sk: 'C#a#0' },
      { key: 'CUR-1', pk: 'K#default#CUR-1', sk: 'C#a#0' },
    ],
  ],
  [
    '/gaps/stories-without-commits?project=CUR',
    ['correlation', { project: 'CUR', fix_version: null }],
    { group: 'CUR', pk: 'I#default#1', sk: 'L', work_sk: '00000000000000000001' },
    [
      { group: 'OTHER', pk: 'I#default#1', sk: 'L', work_sk: '1' },
      { group: 'OTHER' },
      { group: 'CUR', pk: '', sk: 'L', work_sk: '1' },
      { group: 'CUR', pk: 'x'.repeat(2_049), sk: 'L', work_sk: '1' },
      { group: 'CUR', pk: 'I#default#1', sk: 'S', work_sk: '1' },
      { group: 'CUR', pk: 'I#default#1', sk: 'L', work_sk: 1 },
      { group: 'CUR', pk: 'I#default#1' },
      { group: 7 },
    ],
  ],
  [
    '/gaps/commits-without-story?since=2026-05-01',
    ['correlation', { repository: null, since: '2026-05-01' }],
    { group: 'acme/shop' },
    [
      { group: 'acme/shop', pk: 'C#default#acme/shop#0', sk: 'L', work_sk: '000000000000001#0' },
      { group: 'é'.repeat(512) },
      { group: 'acme/shop', pk: 'C#x', sk: 'L', work_sk: 'é'.repeat(513) },
    ],
  ],
];

describe('a forged cursor', () => {
  beforeAll(async () => {
    await app.deliver(issue('700', 'CUR-1', 1));
    await app.deliver(issue('701', 'CUR-2', 1));
    await app.deliverCommits('commits', commits('CUR-1 a', 'CUR-1 b', 'no key'));
    await correlation.run();
  });

  it.each(FORGED)(
    'is 400 on %s, whatever its position, and a real one is not',
    async (target, id, real, forged) => {
      const ask = async (position: Position) => {
        const cursor = encodeCursor(cursorId('default', id), position);
        return (await app.get(`${target}${target.includes('?') ? '&' : '?'}cursor=${cursor}`)).status;
      };
      expect(await ask(real)).toBe(200);
      expect(await Promise.all(forged.map(ask))).toEqual(forged.map(() => 400));
    },
  );
});

const shaOf = (n: number) => `${n}`.padStart(40, '0');

const pageOf = async (target: string) => {
  const { status, body } = await app.get(target);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};

describe('a move between two pages', () => {
  it('does not end a listing, nor lose or repeat a commit, because the cursor knows the issue', async () => {
    await app.deliver(issue('800', 'MOV-8', 1));
    const messages = ['MOV-8 a', 'AAA-1 MOV-8 b', 'MOV-8 c', 'AAA-1 d'];
    await app.deliverCommits('commits', commits(...messages).replace('acme/shop', 'acme/moved'));
    await correlation.run();
    const first = await pageOf('/issues/mov-8/commits?limit=1');
    expect(first.items).toMatchObject([{ sha: shaOf(0) }]);
    await app.deliver(issue('800', 'AAA-1', 2, 'MOV-8'));
    await app.deliver(issue('801', 'MOV-8', 3));
    await correlation.run();
    const shas: unknown[] = [];
    let cursor = first.next_cursor;
    while (typeof cursor === 'string') {
      const page = await pageOf(`/issues/mov-8/commits?limit=1&cursor=${cursor}`);
      expect(page.args).toMatchObject({ issue: 'AAA-1' });
      shas.push(...(page.items as { sha: string }[]).map(({ sha }) => sha));
      cursor = page.next_cursor;
    }
    expect(shas).toContain(shaOf(1));
    expect(new Set(shas).size).toBe(shas.length);
    expect(shas).toContain(shaOf(3));
    expect((await app.get(`/issues/801/commits?cursor=${first.next_cursor}`)).status).toBe(400);
    expect((await app.get(`/issues/800/commits?cursor=${first.next_cursor}`)).status).toBe(200);
  });

  it('does not end the events of an issue either, also when its key is of another one now', async () => {
    for (const day of [1, 2, 3]) await app.deliver(issue('810', 'EVT-1', day));
    const first = await pageOf('/issues/EVT-1/events?limit=1');
    await app.deliver(issue('810', 'EVT-9', 4, 'EVT-1'));
    await app.deliver(issue('811', 'EVT-1', 5));
    const next = await pageOf(`/issues/EVT-1/events?limit=5&cursor=${first.next_cursor}`);
    expect(next.events).toMatchObject([{ issue_id: '810' }, { issue_id: '810' }]);
    expect((await app.get(`/issues/811/events?cursor=${first.next_cursor}`)).status).toBe(400);
  });
});

describe('gaps of thousands of groups', () => {
  const GROUPS = depth(200, 1_200);
  let proxy: FaultProxy;

  it.each([
    ['story', '/gaps/stories-without-commits'],
    ['commit', '/gaps/commits-without-story'],
  ])(
    'of kind %s come in pages of bounded work, because a page that looks at all never answers',
    { tags: ['deep'], timeout: 120_000 },
    async (kind, path) => {
      proxy = await startFaultProxy(engine.endpoint);
      const tableName = await createTable(engine.endpoint);
      const many = patient(openApp({ endpoint: proxy.endpoint, tableName }));
      const rows = Array.from({ length: GROUPS }, (_, n) => ({
        PutRequest: { Item: { pk: `G#default#${kind}`, sk: `G#g${String(n).padStart(4, '0')}` } },
      }));
      const { documentClient } = many.events.table;
      for (let at = 0; at < rows.length; at += 25)
        await documentClient.send(
          new BatchWriteCommand({ RequestItems: { [tableName]: rows.slice(at, at + 25) } }),
        );
      let cursor: unknown = '';
      let pages = 0;
      do {
        const before = proxy.seen.length;
        const { status, body } = await many.get(`${path}${cursor ? `?cursor=${cursor}` : ''}`);
        expect([status, body.items]).toEqual([200, []]);
        expect(proxy.seen.length - before).toBeLessThan(130);
        cursor = body.next_cursor;
        pages += 1;
      } while (cursor !== null);
      expect(pages).toBeGreaterThan(GROUPS / 130);
      await proxy.close();
    },
  );
});
