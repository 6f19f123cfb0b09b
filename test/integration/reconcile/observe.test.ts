import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { sweepEvents } from '../../../src/correlate/run/sweep-events.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { replayEvent } from '../../../src/ingest/replay.ts';
import { eventKey } from '../../../src/store/calls/keys.ts';
import { getEvent } from '../../../src/store/events/read-events.ts';
import { putFieldNames } from '../../../src/store/reconcile/field-names.ts';
import { openApp, startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation } from '../../support/correlation.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { byId, bySearch, delivered, type Observer, shown, startObserver } from '../../support/looks.ts';
import { PATIENT, patient } from '../../support/patience.ts';
import { noise } from '../../support/seed.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody } from '../correlate/bodies.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Noon in Phoenix. */
const NOON = Date.UTC(2026, 2, 10, 19);
const UPDATED = NOON - DAY;
const LONG_AGO = NOON - 1_000 * DAY;

const engine = useEngine();
let app: TestApp;
let observer: Observer;
const time = { now: NOON };
const clock = (): number => time.now;

beforeAll(async () => {
  app = patient(await startApp({ endpoint: engine.endpoint, clock, dynamodb: PATIENT }));
  observer = startObserver(app, clock);
});

let issues = 0;

/** An issue that no other test knows; `text` decides all that it says. */
const newIssue = () => {
  issues += 1;
  const [id, key] = [String(issues), `OBS-${issues}`];
  const at = (text: string, updatedMs = UPDATED, fields: JsonObject = {}): JsonObject =>
    shown({ id, key, text, updatedMs }, fields);
  return { id, key, at };
};

const snapshotOf = async (id: string) => (await app.get(`/issues/${id}`)).body;

/** An observer of the same table between whose reading and first write something happens. */
const observerWith = (happen: () => Promise<unknown>): Observer => {
  const options = { endpoint: engine.endpoint, tableName: app.events.table.name, clock, dynamodb: PATIENT };
  const other = openApp(options);
  let happened = false;
  other.events.table.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'UpdateItemCommand' && !happened) {
          happened = true;
          await happen();
        }
        return next(args);
      },
    { step: 'initialize', name: 'between' },
  );
  return startObserver(other, clock);
};

type Row = Record<string, unknown>;

const eventsOf = async (id: string): Promise<Row[]> =>
  (await app.get(`/issues/${id}/events?limit=100`)).body.events as Row[];

const deliver = async (issue: JsonObject, timestamp: number, event?: string): Promise<Row> => {
  const { status, body } = await app.deliver(delivered(issue, timestamp, event));
  expect(status).toBe(202);
  return body;
};

describe('an observation', () => {
  it('is taken in as a delivery is, and its event keeps what was read', async () => {
    const { id, key, at } = newIssue();
    const issue = at('one');
    const [seen] = await observer.observe([byId(issue, NOON - 3_000)]);
    expect(seen).toEqual({ kind: 'new', issue_id: id, missed: true, drift: false });
    expect(await snapshotOf(key)).toMatchObject({
      issue_id: id,
      summary: 'one',
      version: { updated_ms: UPDATED, timestamp_ms: NOON - 3_000 },
      last_event: { event_type: 'reconcile:issue_observed' },
    });
    const [event, ...others] = await eventsOf(id);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      source: 'reconcile',
      event_type: 'reconcile:issue_observed',
      outcome: 'applied',
      occurred_at: new Date(NOON - 3_000).toISOString(),
      unread_fields: [],
    });
    const place = { ...app.events, signal: AbortSignal.timeout(10_000) };
    const stored = await getEvent(place, String(event?.event_id), NOON);
    const body = { webhookEvent: 'reconcile:issue_observed', timestamp: NOON - 3_000, read: 'id', issue };
    expect(stored?.raw?.toString()).toBe(JSON.stringify(body));
  });

  it('has no time in its version where it is a row of a search, because its index may be hours old', async () => {
    const { id, at } = newIssue();
    await observer.observe([bySearch(at('one'), NOON)]);
    expect(await snapshotOf(id)).toMatchObject({ version: { updated_ms: UPDATED, timestamp_ms: 0 } });
    expect(await eventsOf(id)).toMatchObject([{ occurred_at: new Date(NOON).toISOString() }]);
  });

  it('is an ordinary delivery where a sender signed a body of that name, because a name gives no rights', async () => {
    const { id, at } = newIssue();
    const body = {
      webhookEvent: 'reconcile:issue_observed',
      timestamp: NOON,
      read: 'search',
      issue: at('one'),
    };
    expect((await app.deliver(JSON.stringify(body))).status).toBe(202);
    expect(await snapshotOf(id)).toMatchObject({ version: { updated_ms: UPDATED, timestamp_ms: NOON } });
    expect(await eventsOf(id)).toMatchObject([{ source: 'jira' }]);
  });

  it('is one event per look, whatever order its fields are named in', async () => {
    const { id, at } = newIssue();
    const issue = at('one');
    const turned = { ...issue, fields: Object.fromEntries(Object.entries(issue.fields as object).reverse()) };
    await observer.observe([byId(issue, NOON)]);
    const [first] = await eventsOf(id);
    await app.events.table.documentClient.send(
      new DeleteCommand({ TableName: app.events.table.name, Key: { pk: `I#default#${id}`, sk: 'S' } }),
    );
    await observer.observe([byId(turned, NOON)]);
    expect(await eventsOf(id)).toEqual([first]);
    await observer.observe([byId(at('two'), NOON + 1), byId(at('one'), NOON + 2)]);
    expect(new Set((await eventsOf(id)).map(({ event_id }) => event_id)).size).toBe(3);
  });
});

describe('the events of observations', () => {
  it('are listed where they are asked for, and deliveries where they are not', async () => {
    time.now = NOON + 10 * DAY;
    const [ours, theirs] = [newIssue(), newIssue()];
    await observer.observe([byId(ours.at('one'), time.now), byId(newIssue().at('one'), time.now)]);
    await deliver(theirs.at('one'), time.now);
    const sourcesIn = async (query: string) => {
      const events = (await app.get(`/events?date=2026-03-20${query}`)).body.events as Row[];
      return events.map(({ source }) => source).sort();
    };
    expect(await sourcesIn('')).toEqual(['jira']);
    expect(await sourcesIn('&source=jira')).toEqual(['jira']);
    expect(await sourcesIn('&source=github')).toEqual([]);
    expect(await sourcesIn('&source=reconcile')).toEqual(['reconcile', 'reconcile']);
    expect(await sourcesIn('&source=reconcile&outcome=applied')).toEqual(['reconcile', 'reconcile']);
    expect(await sourcesIn('&source=reconcile&outcome=stale')).toEqual([]);
    expect((await app.get('/events?source=webhook')).status).toBe(400);
    const { body } = await app.get('/stats?hours=1');
    expect(body).toMatchObject({
      outcomes: { applied: 1, stale: 0, recorded: 0, quarantined: 0 },
      event_types: { 'jira:issue_updated': 1 },
      unprocessed: 3,
    });
  });

  it('are paged to the last, because each has a place of its own though they were read at once', async () => {
    time.now = NOON + 20 * DAY;
    const looks = Array.from({ length: 12 }, () => byId(newIssue().at('one'), time.now));
    await observer.observe(looks);
    const ids = new Set<unknown>();
    let cursor: unknown = '';
    while (cursor !== null) {
      const page: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await app.get(`/events?source=reconcile&limit=5${page}`);
      for (const { event_id } of body.events as Row[]) ids.add(event_id);
      cursor = body.next_cursor;
    }
    expect(ids.size).toBe(12);
  });

  it('are found by the sweep and correlated, because the stream may lose them like any other', async () => {
    time.now = NOON + 30 * DAY;
    const { id, key, at } = newIssue();
    await observer.observe([byId(at('one'), time.now)]);
    expect((await app.deliverCommits('commits', commitsBody(commit(1, `${key} mend`)))).status).toBe(202);
    time.now += 16 * MINUTE;
    using correlation = startCorrelation(app, { clock });
    expect(await sweepEvents({ ...correlation.deps, retention_days: 1 })).toEqual({
      found: 2,
      complete: true,
    });
    expect((await app.get(`/issues/${id}/commits`)).body.items).toHaveLength(1);
    expect(await eventsOf(id)).toMatchObject([{ processing: { status: 'processed' } }]);
    expect((await app.get('/stats?hours=1')).body).toMatchObject({ unprocessed: 0 });
  });
});

describe('what was read', () => {
  it('repairs what a lost webhook left, and says that it was missed', async () => {
    time.now = NOON;
    const { id, at } = newIssue();
    await deliver(at('one'), UPDATED);
    const later = at('two', UPDATED + HOUR);
    expect(await observer.observe([bySearch(later, NOON)])).toEqual([
      { kind: 'repaired', issue_id: id, missed: true, drift: true },
    ]);
    expect(await snapshotOf(id)).toMatchObject({ summary: 'two' });
    expect(await eventsOf(id)).toHaveLength(2);
  });

  it('raises the version alone where `updated` alone moved, and leaves its event named', async () => {
    const { id, at } = newIssue();
    const { event_id } = await deliver(at('one'), UPDATED);
    const updated = UPDATED + HOUR;
    expect(await observer.observe([byId(at('one', updated), NOON)])).toEqual([
      { kind: 'raised', issue_id: id },
    ]);
    expect(await snapshotOf(id)).toMatchObject({
      updated_at: new Date(updated).toISOString(),
      phoenix_updated_at: new Date(updated - 7 * HOUR).toISOString().replace('Z', '-07:00'),
      version: { updated_ms: updated, timestamp_ms: NOON },
      last_event: { event_id, event_type: 'jira:issue_updated' },
    });
    expect(await eventsOf(id)).toHaveLength(1);
    const late = await deliver(at('late', UPDATED + MINUTE), NOON);
    expect(late.outcome).toBe('stale');
    expect(await observer.observe([byId(at('one', updated), NOON + HOUR)])).toEqual([
      { kind: 'unchanged', issue_id: id },
    ]);
  });

  it('repairs a renamed version by a read by id, and leaves a row of a search undecided', async () => {
    const { id, at } = newIssue();
    const renamed = at('one', UPDATED, { fixVersions: [{ id: '7', name: 'renamed', released: false }] });
    await deliver(at('one'), UPDATED);
    expect(await observer.observe([bySearch(renamed, NOON)])).toEqual([{ kind: 'undecided', issue_id: id }]);
    expect(await eventsOf(id)).toHaveLength(1);
    expect(await observer.observe([byId(renamed, NOON)])).toEqual([
      { kind: 'repaired', issue_id: id, missed: false, drift: true },
    ]);
    expect(await snapshotOf(id)).toMatchObject({ fix_versions: ['renamed'] });
  });

  it('repairs a rank once the names of the fields are known, which other values of custom fields do not', async () => {
    const { id, at } = newIssue();
    const placedAt = (rank: string) => at('one', UPDATED, { customfield_19: rank, customfield_20: rank });
    await deliver(placedAt('0|i0001:'), UPDATED);
    expect(await observer.observe([byId(placedAt('0|i0002:'), NOON)])).toMatchObject([{ kind: 'unchanged' }]);
    const place = { table: app.events.table, tenant: 'default', signal: AbortSignal.timeout(10_000) };
    const field = { name: 'Rank', type: 'any', items: null };
    const fields = [
      { ...field, id: 'customfield_19', custom: 'com.pyxis.greenhopper.jira:gh-lexo-rank' },
      { ...field, id: 'customfield_20', custom: 'com.example:other' },
    ];
    await putFieldNames(place, fields);
    expect(await observer.observe([byId(placedAt('0|i0002:'), NOON)])).toMatchObject([{ kind: 'repaired' }]);
    expect(await snapshotOf(id)).toMatchObject({ custom_fields: { customfield_19: '0|i0002:' } });
    const other = at('one', UPDATED, { customfield_19: '0|i0002:', customfield_20: 'other' });
    expect(await observer.observe([byId(other, NOON + 1)])).toMatchObject([{ kind: 'unchanged' }]);
  });

  it('loses to a webhook that was sent during the read, and then writes nothing', async () => {
    const { id, at } = newIssue();
    await deliver(at('newer'), NOON);
    expect(await observer.observe([byId(at('older'), NOON - 1)])).toEqual([{ kind: 'stale', issue_id: id }]);
    expect(await snapshotOf(id)).toMatchObject({ summary: 'newer' });
    expect(await eventsOf(id)).toHaveLength(1);
  });

  it('loses to a webhook that is taken in between, and then writes nothing', async () => {
    const { id, at } = newIssue();
    await deliver(at('one'), UPDATED);
    const between = observerWith(() => app.deliver(delivered(at('three', UPDATED + 2 * HOUR), NOON)));
    const seen = await between.observe([byId(at('two', UPDATED + HOUR), NOON)]);
    expect(seen).toEqual([{ kind: 'stale', issue_id: id }]);
    expect(await snapshotOf(id)).toMatchObject({ summary: 'three' });
    expect(await eventsOf(id)).toHaveLength(2);
  });

  it('raises no version of a row that has changed in between, but judges that again', async () => {
    const { id, at } = newIssue();
    await deliver(at('one'), UPDATED);
    const between = observerWith(() => app.deliver(delivered(at('two', UPDATED + MINUTE), NOON)));
    const seen = await between.observe([byId(at('one', UPDATED + HOUR), NOON)]);
    expect(seen).toEqual([{ kind: 'repaired', issue_id: id, missed: true, drift: true }]);
    expect(await snapshotOf(id)).toMatchObject({ summary: 'one', version: { updated_ms: UPDATED + HOUR } });
  });

  it('ends at A where A became B and A again, also in one batch', async () => {
    const { id, at } = newIssue();
    const [a, b] = [at('a'), at('b')];
    const kinds = async (...looks: Parameters<Observer['observe']>[0]) =>
      (await observer.observe(looks)).map(({ kind }) => kind);
    expect(await kinds(byId(a, NOON), byId(b, NOON + 1), byId(a, NOON + 2), byId(a, NOON + 3))).toEqual([
      'new',
      'repaired',
      'repaired',
      'unchanged',
    ]);
    expect(await snapshotOf(id)).toMatchObject({ summary: 'a' });
    expect(await kinds(byId(b, NOON + 4))).toEqual(['repaired']);
    expect(await kinds(byId(a, NOON + 5))).toEqual(['repaired']);
    expect(await snapshotOf(id)).toMatchObject({ summary: 'a' });
    expect(await eventsOf(id)).toHaveLength(5);
  });

  it('ends in the later look where two runners take looks in at once, with an event for each that won', async () => {
    const both = Array.from({ length: 20 }, newIssue);
    for (const { at } of both) await deliver(at('one'), UPDATED);
    const looksAt = (text: string, started_ms: number) => both.map(({ at }) => byId(at(text), started_ms));
    const [earlier, later] = await Promise.all([
      startObserver(app, clock).observe(looksAt('two', NOON)),
      startObserver(app, clock).observe(looksAt('three', NOON + 1)),
    ]);
    expect(new Set(later?.map(({ kind }) => kind))).toEqual(new Set(['repaired']));
    for (const [index, { id }] of both.entries()) {
      expect(await snapshotOf(id)).toMatchObject({ summary: 'three' });
      const won = earlier?.[index]?.kind === 'repaired' ? 2 : 1;
      expect(await eventsOf(id)).toHaveLength(1 + won);
    }
  });

  it('is not believed where it contradicts, and is told', async () => {
    const [restored, deleted] = [newIssue(), newIssue()];
    await deliver(restored.at('new'), NOON - 2 * HOUR);
    await deliver(deleted.at('one'), UPDATED);
    await deliver(deleted.at('one'), NOON - 2 * HOUR, 'jira:issue_deleted');
    const before = [await snapshotOf(restored.id), await snapshotOf(deleted.id)];
    const looks = [
      byId(restored.at('old', UPDATED - DAY), NOON),
      byId(deleted.at('back', UPDATED + HOUR), NOON),
    ];
    expect(await observer.observe(looks)).toEqual([
      { kind: 'contradiction', issue_id: restored.id },
      { kind: 'contradiction', issue_id: deleted.id },
    ]);
    expect([await snapshotOf(restored.id), await snapshotOf(deleted.id)]).toEqual(before);
  });
});

describe('what was asked for by a key that nobody here knew', () => {
  it.each([
    ['equal', UPDATED, 'repaired'],
    ['older than what is known', NOON, 'stale'],
  ])('is told though it is %s, because a commit may name the issue by that key', async (_, known, kind) => {
    const { id, key, at } = newIssue();
    await deliver(at('one'), known);
    const asked = (name: string) => ({ ...byId(at('one'), NOON - MINUTE), asked_key: `${name}-${id}` });
    // Of two looks that say the same of one moment the event's id decides: the second may be stale, and is told too.
    const [first] = await observer.observe([asked('OLD'), asked('OLDER')]);
    expect(first).toMatchObject({ kind, issue_id: id });
    for (const name of ['OLD', 'OLDER'])
      expect(await snapshotOf(`${name}-${id}`)).toMatchObject({ issue_id: id, issue_key: key });
    const told = (await eventsOf(id)).filter(({ source }) => source === 'reconcile');
    const moves = told.flatMap(({ changes }) => changes as Row[]).map(({ from_string }) => from_string);
    expect(moves.sort()).toEqual([`OLD-${id}`, `OLDER-${id}`]);
  });

  it('tells of no move by the key that the issue has, because it did not move', async () => {
    const { id, key, at } = newIssue();
    await observer.observe([{ ...byId(at('one'), NOON), asked_key: key }]);
    expect(await eventsOf(id)).toMatchObject([{ changes: [], outcome: 'applied' }]);
  });
});

describe('what cannot be taken', () => {
  it('is kept once and fails nothing else, because one odd issue must not end a run', async () => {
    const good = newIssue();
    const odd: [JsonObject, string | null][] = [
      [{ id: 'abc', key: 'ODD-1', fields: { updated: '2026-03-09T00:00:00.000+0000' } }, null],
      [{ id: '900', key: 'ODD 2', fields: { updated: '2026-03-09T00:00:00.000+0000' } }, '900'],
      [{ id: '901', fields: { updated: '2026-03-09T00:00:00.000+0000' } }, '901'],
      [{ id: '902', key: 'ODD-3', fields: { updated: '2999-03-09T00:00:00.000+0000' } }, '902'],
      [{ id: '903', key: 'ODD-4' }, '903'],
      [{ key: 'ODD-5' }, null],
      [{}, null],
    ];
    const looks = [...odd.map(([issue]) => byId(issue, NOON)), byId(good.at('one'), NOON)];
    const expected = odd.map(([, issue_id]) => ({ kind: 'quarantined', issue_id }));
    expect((await observer.observe(looks)).slice(0, -1)).toEqual(expected);
    expect(await snapshotOf(good.id)).toMatchObject({ summary: 'one' });
    time.now = NOON + 10 * MINUTE;
    expect(
      (await observer.observe(looks.map((look) => ({ ...look, started_ms: time.now })))).slice(0, -1),
    ).toEqual(expected);
    const { body } = await app.get('/events?source=reconcile&outcome=quarantined&date=2026-03-10');
    expect(body.events).toHaveLength(odd.length);
    for (const event of body.events as Row[])
      expect(event).toMatchObject({ problem: { type: 'not-a-jira-webhook', errors: [expect.anything()] } });
    const [event] = (body.events as Row[]).slice(-1);
    expect(
      await replayEvent(app.events, String(event?.event_id), clock, AbortSignal.timeout(10_000)),
    ).toMatchObject({ kind: 'still-refused' });
    time.now = NOON;
  });

  it('is told where it is nested so deeply that it cannot be written, because a run must go on', async () => {
    const { id, at } = newIssue();
    const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    const other = newIssue();
    const seen = await observer.observe([
      byId(at('one', UPDATED, { customfield_1: deep }), NOON),
      byId(other.at('one'), NOON),
    ]);
    expect(seen).toMatchObject([
      { kind: 'quarantined', issue_id: id },
      { kind: 'new', issue_id: other.id },
    ]);
    expect(observer.lines.at(-1)).toMatchObject({ issue_id: id, event_id: null });
  });

  it('is replaced where it is a row that cannot be read, because one such row must not end every run', async () => {
    const [broken, good] = [newIssue(), newIssue()];
    await deliver(broken.at('one'), UPDATED);
    await app.events.table.documentClient.send(
      new UpdateCommand({
        TableName: app.events.table.name,
        Key: { pk: `I#default#${broken.id}`, sk: 'S' },
        UpdateExpression: 'SET body = :body',
        ExpressionAttributeValues: { ':body': Buffer.from('no zstd') },
      }),
    );
    const looks = [byId(broken.at('one'), NOON), byId(good.at('one'), NOON)];
    expect(await observer.observe(looks)).toMatchObject([{ kind: 'new' }, { kind: 'new' }]);
    expect(await snapshotOf(broken.id)).toMatchObject({ summary: 'one' });
  });

  it('is trimmed to an item and then equal to itself, because a large issue must not be written at each look', async () => {
    const { id, at } = newIssue();
    const description = noise(400_000).toString('base64');
    const large = at('one', UPDATED, { description, customfield_5: noise(50_000).toString('hex') });
    expect(await observer.observe([byId(large, NOON)])).toMatchObject([{ kind: 'new' }]);
    expect(await snapshotOf(id)).toMatchObject({
      truncated: ['customfield_5', 'customfield_10010', 'description'],
    });
    expect(await observer.observe([byId(large, NOON + 1), bySearch(large, NOON + 2)])).toMatchObject([
      { kind: 'unchanged' },
      { kind: 'unchanged' },
    ]);
    expect(await eventsOf(id)).toHaveLength(1);
  });

  it('has no time where its clock is more than a day ahead, because it would win for ever', async () => {
    const { id, at } = newIssue();
    await observer.observe([byId(at('ahead'), NOON + DAY + 1)]);
    expect(await snapshotOf(id)).toMatchObject({ version: { updated_ms: UPDATED, timestamp_ms: 0 } });
    expect(await observer.observe([byId(at('right'), NOON)])).toMatchObject([{ kind: 'repaired' }]);
    const other = newIssue();
    await deliver(other.at('ahead'), NOON + DAY + 1);
    await deliver(other.at('right'), NOON);
    expect(await snapshotOf(other.id)).toMatchObject({ summary: 'right', version: { timestamp_ms: NOON } });
  });
});

const dropEvent = (eventId: unknown) =>
  app.events.table.documentClient.send(
    new DeleteCommand({ TableName: app.events.table.name, Key: eventKey(String(eventId)) }),
  );

describe('an event that a crash left out', () => {
  it('is put on a page that is done again, under the id that its row names', async () => {
    const { id, at } = newIssue();
    await observer.observe([byId(at('one'), NOON)]);
    const before = await snapshotOf(id);
    const [event] = await eventsOf(id);
    await dropEvent(event?.event_id);
    const again = byId(at('one'), NOON + MINUTE);
    expect(await observer.observe([again])).toEqual([{ kind: 'unchanged', issue_id: id }]);
    expect(await eventsOf(id)).toEqual([]);
    expect(await observer.observe([again], ['observations'])).toEqual([{ kind: 'unchanged', issue_id: id }]);
    expect(await eventsOf(id)).toMatchObject([
      { event_id: event?.event_id, source: 'reconcile', outcome: 'applied', issue_id: id },
    ]);
    expect(await snapshotOf(id)).toEqual(before);
  });

  it.each([0, 1, 2])('is put after a crash at write %d, because the page is done again', async (skip) => {
    const { id, key, at } = newIssue();
    const proxy = await startFaultProxy(engine.endpoint);
    const options = { endpoint: proxy.endpoint, tableName: app.events.table.name, clock };
    const dying = startObserver(openApp(options), clock);
    proxy.fail({ kind: 'reset' }, { operations: ['PutItem', 'UpdateItem'], skip });
    await expect(dying.observe([byId(at('one'), NOON)])).rejects.toThrow('table unavailable');
    await proxy.close();
    const [seen] = await observer.observe([byId(at('one'), NOON + MINUTE)], ['observations']);
    expect(seen).toMatchObject({ kind: skip < 2 ? 'new' : 'unchanged', issue_id: id });
    const { last_event } = await snapshotOf(key);
    const events = await eventsOf(id);
    expect(events).toMatchObject([{ event_id: (last_event as Row).event_id, outcome: 'applied' }]);
  });

  it('is put in the thirtieth where it is older than a day, whoever brought it, while it would be kept', async () => {
    const [young, old, expired] = [newIssue(), newIssue(), newIssue()];
    const put = async (receivedMs: number, { at }: typeof young) => {
      time.now = receivedMs;
      const { event_id } = await deliver(at('one', LONG_AGO), LONG_AGO);
      await dropEvent(event_id);
      return event_id;
    };
    await put(NOON - DAY + MINUTE, young);
    const lost = await put(NOON - DAY - MINUTE, old);
    await put(NOON - (app.events.retention_days + 1) * DAY, expired);
    time.now = NOON;
    const looks = [young, old, expired].map(({ at }) => byId(at('one', LONG_AGO), NOON));
    await observer.observe(looks, ['observations']);
    expect(await eventsOf(old.id)).toEqual([]);
    await observer.observe(looks, ['old']);
    expect(await eventsOf(young.id)).toEqual([]);
    expect(await eventsOf(expired.id)).toEqual([]);
    expect(await eventsOf(old.id)).toMatchObject([
      { event_id: lost, source: 'reconcile', outcome: 'applied' },
    ]);
  });

  it('is not put for a row that says something else now, because that has an event of its own', async () => {
    const { id, at } = newIssue();
    await observer.observe([byId(at('one'), NOON)]);
    const [event] = await eventsOf(id);
    await dropEvent(event?.event_id);
    await observer.observe([byId(at('two'), NOON + MINUTE)], ['observations']);
    const events = await eventsOf(id);
    expect(events).toHaveLength(1);
    expect(events[0]?.event_id).not.toBe(event?.event_id);
  });
});
