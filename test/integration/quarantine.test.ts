import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getEvent } from '../../src/store/events/read-events.ts';
import { createTable, openApp, type TestApp } from '../support/app.ts';
import {
  type Dependencies,
  freshDelivery,
  largeDelivery,
  startDependencies,
} from '../support/dependencies.ts';
import { startTestEngine } from '../support/engine.ts';
import { noise } from '../support/seed.ts';
import { temporaryFolder } from '../support/server-process.ts';

const NOW = Date.UTC(2026, 10, 22, 19);
const DAY = 24 * 3_600_000;

let engine: Awaited<ReturnType<typeof startTestEngine>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let world: Dependencies;
let tableName: string;

beforeAll(async () => {
  [engine, folder, world] = await Promise.all([startTestEngine(), temporaryFolder(), startDependencies()]);
  tableName = await createTable(engine.endpoint);
});

afterAll(async () => {
  await Promise.all([engine.stop(), folder.remove(), world.close()]);
});

const open = (nowMs = NOW, artifacts = folder.path): TestApp =>
  openApp({
    endpoint: engine.endpoint,
    tableName,
    clock: () => nowMs,
    env: { ARTIFACTS_DIR: artifacts, EVENT_RETENTION_DAYS: '10' },
  });

const rawOf = async (app: TestApp, eventId: unknown): Promise<Buffer | null | undefined> => {
  const signal = AbortSignal.timeout(10_000);
  const found = await getEvent({ ...app.events, signal }, String(eventId), NOW);
  return found?.event.raw_stored_apart ? app.events.rawBodies.get(String(eventId), signal) : found?.raw;
};

const NOT_JSON = ['body-not-json', 400] as const;
const NO_WEBHOOK = ['not-a-jira-webhook', 422] as const;

const BAD: [string, Buffer, readonly [string, number]][] = [
  ['an empty body', Buffer.alloc(0), NOT_JSON],
  ['white space', Buffer.from(' \r\n\t'), NOT_JSON],
  ['half of a JSON text', Buffer.from('{"webhookEvent":"jira:issue_'), NOT_JSON],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc3, 0x28, 0x00, 0x22, 0x7d]), NOT_JSON],
  ['bytes of every value', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), NOT_JSON],
  ['line ends of every kind', Buffer.from('no\rJSON\nat\r\nall\n'), NOT_JSON],
  ['a JSON array', Buffer.from('[{"webhookEvent":"jira:issue_updated"}]'), NO_WEBHOOK],
  ['no event name', Buffer.from('{"issue":{"id":"1","key":"ABC-1"}}'), NO_WEBHOOK],
  ['an id that is none', Buffer.from('{"webhookEvent":"x","issue":{"id":"1#2"}}'), NO_WEBHOOK],
];

describe('a signed body that cannot be taken', () => {
  it.each(BAD)(
    '(%s) is kept to the byte under the event id it is answered with',
    async (_what, raw, [type, status]) => {
      const app = open();
      const { status: answered, headers, body } = await app.deliver(raw);
      expect(answered).toBe(status);
      expect(headers['content-type']).toBe('application/problem+json');
      expect(body.type).toBe(`urn:jira-webhook-sync:problem:${type}`);
      expect(await rawOf(app, body.event_id)).toEqual(raw);
      const event = (await app.get(`/events/${body.event_id}`)).body;
      expect(event).toMatchObject({ outcome: 'quarantined', problem: { status, detail: body.detail } });
    },
  );

  it.each(BAD)(
    '(%s) is answered the same when it is redelivered, because nothing has changed',
    async (_what, raw) => {
      const app = open(NOW + 5_000);
      const { run_id: _run, received_at: _at, ...first } = (await app.deliver(raw)).body;
      const again = await app.deliver(raw, { identifier: 'another one' });
      expect(again.body).toMatchObject(first);
      expect(again.status).toBe(first.status);
    },
  );

  it('names the setting that makes bodies empty, because only an admin of Jira can change it', async () => {
    expect((await open().deliver('')).body.detail).toContain('Exclude body');
  });
});

describe('a raw body too large for an item', () => {
  it.each([
    ['that cannot be read', () => noise(900_000), 'quarantined'],
    ['of an issue', () => Buffer.from(largeDelivery().body), 'applied'],
  ])('%s lies in the folder, to the byte', async (_what, make, outcome) => {
    const app = open();
    const raw = make();
    const { body } = await app.deliver(raw);
    const file = `${folder.path}/artifacts/raw/${body.event_id}`;
    expect(readFileSync(file).equals(raw)).toBe(true);
    expect((await rawOf(app, body.event_id))?.equals(raw)).toBe(true);
    expect((await app.get(`/events/${body.event_id}`)).body.outcome).toBe(outcome);
  });

  it('lies in the bucket before the event points at it, because an event must not point at nothing', async () => {
    const { dependency: s3, open: openOn } = await world.withS3();
    const { dependency: table, open: openBehind } = await world.behindProxy();
    const raw = noise(900_000);
    table.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' });
    expect((await openBehind({ ARTIFACTS_BUCKET: 'artifacts-of-the-tests' }).deliver(raw)).status).toBe(503);
    const [path, stored] = [...s3.objects][0] ?? [];
    expect(stored?.equals(raw)).toBe(true);
    const { body } = await openOn().deliver(raw);
    expect(path).toBe(`/artifacts-of-the-tests/artifacts/raw/${body.event_id}`);
    expect(s3.seen.map(({ request }) => request)).toEqual([`PUT ${path}`, `PUT ${path}`]);
  });

  it.each([
    ['a file where the folder should be', async () => writeFile(`${folder.path}/a-file`, ''), 'a-file'],
    ['a name the file system refuses', async () => {}, 'x'.repeat(300)],
  ])('is 503 with %s, and no event is stored, because it would be lost', async (_what, prepare, name) => {
    await prepare();
    const raw = noise(900_000);
    expect((await open(NOW, `${folder.path}/${name}`).deliver(raw)).status).toBe(503);
    const { status, body } = await open().deliver(raw);
    expect(status).toBe(400);
    expect(existsSync(`${folder.path}/artifacts/raw/${body.event_id}`)).toBe(true);
  });

  it('is waited for no longer than the request may take, because a file system may hang', async () => {
    const put = open().events.rawBodies.put('evt_late', noise(10), true, AbortSignal.abort());
    await expect(put).rejects.toMatchObject({ dependency: 'artifacts' });
    expect(existsSync(`${folder.path}/artifacts/raw/evt_late`)).toBe(false);
  });
});

describe('an event', () => {
  it('is gone after its days, and a quarantined one after three times as many', async () => {
    const good = await open().deliver(freshDelivery().body);
    const bad = await open().deliver('quarantined and then forgotten');
    const shown = async (days: number) => {
      const app = open(NOW + days * DAY + 1_000);
      const events = [good, bad].map(({ body }) => app.get(`/events/${body.event_id}`));
      return (await Promise.all(events)).map(({ status }) => status);
    };
    expect([await shown(9), await shown(10), await shown(29), await shown(30)]).toEqual([
      [200, 200],
      [404, 200],
      [404, 200],
      [404, 404],
    ]);
  });

  it('that is over but not yet removed is in no list and is no duplicate, because nobody can see it', async () => {
    const { id, body } = freshDelivery();
    await open().deliver(body);
    const later = open(NOW + 11 * DAY);
    expect((await later.get(`/issues/${id}/events`)).body).toEqual({ events: [], next_cursor: null });
    expect((await later.get('/events?date=2026-11-22&limit=100')).body.events).not.toContainEqual(
      expect.objectContaining({ issue_id: id }),
    );
    const again = await later.deliver(body);
    expect([again.status, again.body.outcome]).toEqual([202, 'applied']);
    expect((await later.get(`/events/${again.body.event_id}`)).status).toBe(200);
  });
});

describe('a signed body that is redelivered while it is in quarantine', () => {
  it('is counted each time, because with "Exclude body" on every delivery of Jira has the same bytes', async () => {
    const app = open();
    for (let sent = 0; sent < 15; sent++) await app.deliver('');
    expect(app.counts.Quarantined).toBe(15);
  });

  it('is not counted once it was taken in, because then it is a duplicate and nothing is lost', async () => {
    const app = open();
    const { body } = freshDelivery();
    for (let sent = 0; sent < 3; sent++) await app.deliver(body);
    expect(app.counts).toMatchObject({ JiraDeliveriesTaken: 3 });
    expect(app.counts.Quarantined).toBeUndefined();
  });
});

describe('more than 100 quarantined deliveries within an hour', () => {
  it('log one alarm line, counting none twice, because then the parser is probably wrong', async () => {
    const app = open();
    const alarms = () => app.lines.filter(({ alarm }) => alarm === 'quarantine-rate');
    const deliver = (from: number, to: number) =>
      Promise.all(Array.from({ length: to - from }, (_, index) => app.deliver(`bad ${from + index}`)));
    await deliver(0, 100);
    await deliver(0, 100);
    expect(alarms()).toEqual([]);
    await deliver(100, 150);
    expect(alarms()).toHaveLength(1);
    expect(alarms()[0]).toMatchObject({ level: 50, within_an_hour: 101 });
  });
});
