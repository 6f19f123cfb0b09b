import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { startTestEngine } from '../support/engine.ts';
import { type MeteringProxy, startMeteringProxy } from '../support/metering-proxy.ts';

let proxy: MeteringProxy;
let app: TestApp;
const cleanUp: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const engine = await startTestEngine();
  cleanUp.push(engine.stop);
  proxy = await startMeteringProxy(engine.endpoint);
  cleanUp.push(proxy.close);
  app = await startApp({ endpoint: proxy.endpoint });
});

afterAll(async () => {
  for (const stop of cleanUp.reverse()) await stop();
});

const issue = (id: string, key: string, day: number, event = 'jira:issue_updated', changelog = {}): string =>
  JSON.stringify({
    webhookEvent: event,
    timestamp: Date.UTC(2026, 0, day),
    issue: { id, key, fields: { updated: `2026-01-${day}T00:00:00.000+0000` } },
    changelog,
  });

const KINDS: Record<string, string> = { I: 'snapshot', E: 'event', K: 'alias' };

/** The kind of item a write is about, by the first letter of its partition key. */
const kindOf = (keyOrItem: unknown): string =>
  KINDS[/"pk":\{"S":"(.)#/.exec(JSON.stringify(keyOrItem))?.[1] ?? ''] ?? 'unknown';

/** The writes of one delivery: the kind of item, units of the table, units of the indexes, `no` if refused. */
const costOf = async (body: string): Promise<string[]> => {
  proxy.writes.length = 0;
  await app.deliver(body);
  return proxy.writes.map(({ input, table, indexes, refused }) => {
    const touched = Object.entries(indexes).map(([index, units]) => ` ${index} ${units}`);
    return `${kindOf(input.Key ?? input.Item)} ${table}${touched.sort().join('')}${refused ? ' no' : ''}`;
  });
};

const EVENT = 'event 1 by_day 1 by_issue 1';

describe('what docs/architecture.md says of the cost of small items', () => {
  it('holds for a creation: alias, fields, event', async () => {
    expect(await costOf(issue('1', 'C-1', 11, 'jira:issue_created'))).toEqual([
      'alias 1',
      'snapshot 1 by_project 1',
      EVENT,
    ]);
  });

  it('holds for newer fields of a known issue: no index of the snapshot is touched', async () => {
    expect(await costOf(issue('1', 'C-1', 12))).toEqual(['snapshot 1', EVENT]);
  });

  it('holds for the same bytes again: two refused conditions', async () => {
    expect(await costOf(issue('1', 'C-1', 12))).toEqual(['snapshot 1 no', 'event 1 no']);
  });

  it('holds for an older version: a refused condition, and an event', async () => {
    expect(await costOf(issue('1', 'C-1', 10))).toEqual(['snapshot 1 no', EVENT]);
  });

  it('holds for an update of an unknown issue: the refused try comes before its alias', async () => {
    expect(await costOf(issue('2', 'C-2', 11))).toEqual([
      'snapshot 1 no',
      'alias 1',
      'snapshot 1 by_project 1',
      EVENT,
    ]);
  });

  it('holds for a move: both aliases, and the project index out and in', async () => {
    const changelog = { items: [{ field: 'Key', fromString: 'C-2', toString: 'D-1' }] };
    expect(await costOf(issue('2', 'D-1', 13, 'jira:issue_updated', changelog))).toEqual([
      'alias 1',
      'alias 1',
      'snapshot 1 by_project 2',
      EVENT,
    ]);
  });

  it('holds for a deletion: newer fields, and the mark', async () => {
    expect(await costOf(issue('1', 'C-1', 14, 'jira:issue_deleted'))).toEqual([
      'snapshot 1',
      'snapshot 1',
      EVENT,
    ]);
  });

  it('holds for an event without an issue: only the day index', async () => {
    expect(await costOf('{"webhookEvent":"sprint_started"}')).toEqual(['event 1 by_day 1']);
  });
});
