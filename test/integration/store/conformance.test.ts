import { once } from 'node:events';
import dynalite from 'dynalite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { checkStored, type Stored } from '../../support/check-stored.ts';
import { startTestEngine } from '../../support/engine.ts';
import { bodyOf, type DeliveryModel, fullUpdate } from '../../support/jira-deliveries.ts';

type Database = { endpoint: string; stop(): Promise<unknown> };

/** Another DynamoDB, by other people, without `ReturnValuesOnConditionCheckFailure`. */
const startDynalite = async (): Promise<Database> => {
  const server = dynalite({ createTableMs: 1 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { endpoint: `http://127.0.0.1:${port}`, stop: async () => server.close() };
};

const DATABASES: [string, () => Promise<Database>][] = [
  ['the embedded DynamoDB', startTestEngine],
  ['dynalite', startDynalite],
];

const MINUTE = 60_000;
const START = Date.UTC(2024, 4, 1);

describe.each(DATABASES)('on %s', (_name, startDatabase) => {
  let database: Database;
  let app: TestApp;
  const stored: Stored[] = [];

  beforeAll(async () => {
    database = await startDatabase();
    app = await startApp({ endpoint: database.endpoint });
  });

  afterAll(() => database.stop());

  /** Delivers, remembers what was accepted for the oracle, and says what was answered. */
  const send = async (model: DeliveryModel): Promise<[number, unknown]> => {
    const body = bodyOf(model);
    const { status, body: answer } = await app.deliver(body);
    const sent = { model, body, eventId: String(answer.event_id), outcome: String(answer.outcome) };
    if (status === 202) stored.push(sent);
    return [status, answer.outcome];
  };

  /** An issue of its own per test; `minute` is its version. */
  const at = (
    id: string,
    minute: number,
    rest: Partial<DeliveryModel> = {},
    key = `KEY-${id}`,
  ): DeliveryModel =>
    fullUpdate(
      { id, key, updatedMs: START + minute * MINUTE, text: `minute ${minute} of ${id}` },
      { timestamp: START + minute * MINUTE + 90, ...rest },
    );

  it('applies what is new, because there is nothing it could be older than', async () => {
    expect(await send(at('1', 1, { event: 'jira:issue_created' }))).toEqual([202, 'applied']);
    expect(await send(at('2', 1))).toEqual([202, 'applied']);
  });

  it('applies what is newer and calls what is older stale, because versions decide', async () => {
    expect(await send(at('1', 3))).toEqual([202, 'applied']);
    expect(await send(at('1', 2))).toEqual([202, 'stale']);
    expect(await send(at('1', 3, { timestamp: START + 4 * MINUTE }))).toEqual([202, 'applied']);
  });

  it('calls the same bytes a duplicate, because they prove the same', async () => {
    expect(await send(at('1', 3))).toEqual([200, 'duplicate']);
    expect(await send(at('1', 2))).toEqual([200, 'duplicate']);
  });

  it('finds a moved issue by every key, because links to old keys never end', async () => {
    expect(await send(at('2', 5, { movedFrom: 'KEY-2' }, 'OTHER-2'))).toEqual([202, 'applied']);
    expect(await send(at('2', 6, { movedFrom: 'OTHER-2' }))).toEqual([202, 'applied']);
    expect((await app.get('/issues/OTHER-2')).body.issue_key).toBe('KEY-2');
  });

  it('finds the issue that has a key now, because keys are used again', async () => {
    expect(await send(at('3', 7, {}, 'OTHER-2'))).toEqual([202, 'applied']);
    expect((await app.get('/issues/OTHER-2')).body.issue_id).toBe('3');
  });

  it('keeps an issue deleted, whatever comes after or came before', async () => {
    const deleted = { event: 'jira:issue_deleted' };
    expect(await send(at('4', 2, { ...deleted, form: 'partial' }))).toEqual([202, 'applied']);
    expect(await send(at('4', 1, { ...deleted, form: 'partial' }))).toEqual([202, 'applied']);
    expect(await send(at('4', 9, { ...deleted, form: 'partial' }))).toEqual([202, 'stale']);
    expect(await send(at('4', 5))).toEqual([202, 'applied']);
    expect(await send(at('4', 3, deleted))).toEqual([202, 'stale']);
  });

  it('records what names no full issue and changes nothing, because missing means unknown', async () => {
    expect(await send(at('1', 9, { form: 'partial', event: 'comment_created' }))).toEqual([202, 'recorded']);
    expect(await send(at('1', 9, { form: 'comment', event: 'comment_created' }))).toEqual([202, 'recorded']);
    expect(await send(at('1', 9, { form: 'nothing', event: 'project_created' }))).toEqual([202, 'recorded']);
  });

  it('takes one of many at the same time as many, because every write is conditional', async () => {
    const models = Array.from({ length: 12 }, (_, minute) => at('5', minute % 6));
    const answers = await Promise.all(models.map(send));
    expect(answers.filter(([status]) => status === 202)).toHaveLength(6);
    expect((await app.get('/issues/5')).body.summary).toBe('minute 5 of 5');
  });

  it('shows what the oracle expects, because all of the above must fit together', async () => {
    await checkStored(app.get, stored);
  });

  it('lists a project by issue id, page by page', async () => {
    const first = await app.get('/issues?project=key&limit=2');
    expect(first.body.issues).toMatchObject([{ issue_id: '1' }, { issue_id: '2' }]);
    const second = await app.get(`/issues?project=KEY&limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ issues: [{ issue_id: '4' }, { issue_id: '5' }], next_cursor: null });
    const deleted = await app.get('/issues?project=KEY&deleted=true');
    expect(deleted.body.issues).toMatchObject([{ issue_id: '4', deleted: true }]);
    expect((await app.get('/issues?project=OTHER')).body.issues).toMatchObject([{ issue_id: '3' }]);
  });

  it("lists the day's events and counts them, newest first", async () => {
    const ids: unknown[] = [];
    for (let cursor: unknown = ''; cursor !== null; ) {
      const { body } = await app.get(`/events?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`);
      ids.push(...(Array.isArray(body.events) ? body.events.map(({ event_id }) => event_id) : []));
      cursor = body.next_cursor;
    }
    expect(ids.toSorted()).toEqual(stored.map(({ eventId }) => eventId).sort());
    const of = (outcome: string) => stored.filter((event) => event.outcome === outcome).length;
    expect((await app.get('/stats')).body).toMatchObject({
      outcomes: { applied: of('applied'), stale: of('stale'), recorded: 3, quarantined: 0 },
      event_types: { 'jira:issue_created': 1, project_created: 1, comment_created: 2 },
    });
  });
});
