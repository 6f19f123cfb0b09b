import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { incompressible } from '../../support/dependencies.ts';
import { startTestEngine } from '../../support/engine.ts';
import { temporaryFolder } from '../../support/server-process.ts';

let engine: Awaited<ReturnType<typeof startTestEngine>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let app: TestApp;
let issues = 0;

beforeAll(async () => {
  [engine, folder] = await Promise.all([startTestEngine(), temporaryFolder()]);
  const tableName = await createTable(engine.endpoint);
  app = openApp({ endpoint: engine.endpoint, tableName, env: { ARTIFACTS_DIR: folder.path } });
});

afterAll(async () => {
  await Promise.all([engine.stop(), folder.remove()]);
});

type Item = { field: string; fromString: string; toString: string };

const update = (id: string, key: string, fields: object, items: Item[] = []): string =>
  JSON.stringify({
    timestamp: 1_714_557_600_000,
    webhookEvent: 'jira:issue_updated',
    issue: { id, key, fields: { summary: 'kept', updated: '2024-05-01T10:00:00.000+0000', ...fields } },
    changelog: { id: '1', items },
  });

/** Delivers an update with these fields, which must be applied, and reads the snapshot. */
const snapshotWith = async (fields: object): Promise<Record<string, unknown>> => {
  issues += 1;
  const { status, body } = await app.deliver(update(String(issues), `LIM-${issues}`, fields));
  expect([status, body.outcome]).toEqual([202, 'applied']);
  return (await app.get(`/issues/${issues}`)).body;
};

const links = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    type: { name: incompressible(2_000) },
    outwardIssue: { key: `FAR-${index}` },
  }));

describe('a snapshot too large for an item', () => {
  it('drops its largest custom fields and no more than it must, because the rest is worth more', async () => {
    const [large, larger] = [incompressible(200_000), incompressible(450_000)];
    const custom = { customfield_1: 'small', customfield_2: larger, customfield_3: large };
    const { custom_fields, description, truncated } = await snapshotWith({ ...custom, description: 'short' });
    expect(custom_fields).toEqual({ customfield_1: 'small', customfield_3: large });
    expect([description, truncated]).toEqual(['short', ['customfield_2']]);
  });

  it('then cuts its description at a code point, because half an emoji is no text', async () => {
    const text = Array.from(incompressible(600_000), (char) => `${char}\u{1f600}`).join('');
    const { description, truncated, custom_fields } = await snapshotWith({
      customfield_1: incompressible(1_000),
      description: text,
    });
    expect(truncated).toEqual(['customfield_1', 'description']);
    expect(custom_fields).toEqual({});
    expect(text.startsWith(String(description))).toBe(true);
    expect(String(description).isWellFormed()).toBe(true);
    expect(String(description).length).toBeGreaterThan(300_000);
  });

  it('then drops its links, and keeps what is small', async () => {
    const snapshot = await snapshotWith({ description: 'long', issuelinks: links(400), labels: ['kept'] });
    expect(snapshot).toMatchObject({
      description: '',
      links: [],
      labels: ['kept'],
      truncated: ['description', 'links'],
    });
  });

  it('is stored whatever is large, because nothing signed may be lost', async () => {
    const labels = Array.from({ length: 1_000 }, () => incompressible(2_000));
    const { labels: kept, truncated, summary } = await snapshotWith({ labels });
    expect([kept, truncated, summary]).toEqual([[], ['labels'], 'kept']);
  });
});

describe('an event too large for an item', () => {
  it('loses its changes and says so, because its raw body still has them', async () => {
    const items = Array.from({ length: 500 }, () => ({
      field: 'description',
      fromString: incompressible(1_000),
      toString: incompressible(1_000),
    }));
    const { body } = await app.deliver(update('700', 'LIM-700', {}, items));
    expect(body.outcome).toBe('applied');
    expect((await app.get(`/events/${body.event_id}`)).body).toMatchObject({
      issue_key: 'LIM-700',
      changes: [],
      unread_fields: ['changelog.items'],
    });
  });
});

describe('an issue that moves without end', () => {
  /** The longest keys there are: 255 characters of four bytes. */
  const longKey = (number: number): string => `${'\u{1f600}'.repeat(248)}-${String(number).padStart(6, '0')}`;

  it('never outgrows its item, and every key finds it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const moves = Array.from({ length: 49 }, (_, index) => ({
        field: 'Key',
        fromString: longKey(round * 100 + index),
        toString: longKey(round * 100 + 99),
      }));
      const fields = { updated: `2024-05-01T10:00:0${round}.000+0000` };
      const { status } = await app.deliver(update('800', longKey(round * 100 + 99), fields, moves));
      expect(status).toBe(202);
    }
    for (const number of [0, 47, 99, 900, 947, 999]) {
      const { body } = await app.get(`/issues/${encodeURIComponent(longKey(number))}`);
      expect(body.issue_id).toBe('800');
    }
  });

  it('fits with the largest body and the longest keys at once, because both limits are ours to keep', async () => {
    const moves = Array.from({ length: 49 }, (_, index) => ({
      field: 'Key',
      fromString: longKey(index),
      toString: longKey(999_999),
    }));
    const fields = { description: incompressible(900_000), project: { key: longKey(1) } };
    const { status, body } = await app.deliver(update('801', longKey(999_999), fields, moves));
    expect([status, body.outcome]).toEqual([202, 'applied']);
  });
});

describe('an event name', () => {
  it('may hold half a surrogate pair, because any string of 1-200 characters is one', async () => {
    const { status, body } = await app.deliver('{"webhookEvent":"half \\ud83d of it"}');
    expect([status, body.outcome]).toEqual([202, 'recorded']);
    expect((await app.get(`/events/${body.event_id}`)).body.event_type).toBe('half \ud83d of it');
    expect((await app.get('/stats')).body.event_types).toMatchObject({ 'half \ufffd of it': 1 });
  });
});
