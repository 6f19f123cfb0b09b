import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { newConnectionId } from '../../../src/domain/connection.ts';
import { eventKey } from '../../../src/store/calls/keys.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { useEngine } from '../../support/use-engine.ts';

/** Noon in Phoenix, on a whole hour of both clocks. */
const NOON = Date.parse('2026-03-10T19:00:00.000Z');
const MINUTE = 60_000;

const engine = useEngine();
const time = { now: NOON };
const connection = newConnectionId();
let app: TestApp;

const issueBody = (n: number, event: string) =>
  JSON.stringify({
    timestamp: NOON + n,
    webhookEvent: event,
    issue: { id: String(n), key: `A-${n}`, fields: { updated: '2026-03-01T00:00:00.000+0000' } },
  });

const commitBody = (n: number) =>
  JSON.stringify({
    repository: 'acme/api',
    commits: [
      {
        sha: n.toString(16).padStart(40, '0'),
        message: 'x',
        author: 'A',
        committed_at: '2026-03-01T00:00:00Z',
      },
    ],
  });

/** As an event is stored that came through a connection. */
const bringThrough = async (eventId: unknown): Promise<void> => {
  const { documentClient, name } = app.events.table;
  const update = new UpdateCommand({
    TableName: name,
    Key: eventKey(String(eventId)),
    UpdateExpression: 'SET connection_id = :connection',
    ExpressionAttributeValues: { ':connection': connection },
  });
  await documentClient.send(update);
};

/** 30 minutes apart, so that two share an hour. */
beforeAll(async () => {
  app = await startApp({ endpoint: engine.endpoint, clock: () => time.now });
  for (let n = 0; n < 12; n += 1) {
    time.now = NOON + n * 30 * MINUTE;
    const type = n % 3 === 0 ? 'jira:issue_created' : 'jira:issue_updated';
    const taken =
      n % 4 === 3 ? app.deliverCommits('commits', commitBody(n)) : app.deliver(issueBody(n, type));
    const { body } = await taken;
    if (n % 2 === 0) await bringThrough(body.event_id);
  }
  await app.deliver('{"odd":1}');
});

type Row = Record<string, unknown>;

const listed = async (query: string): Promise<Row[]> => {
  const rows: Row[] = [];
  let cursor = '';
  do {
    const { status, body } = await app.get(`/events?date=2026-03-10&limit=2&${query}${cursor}`);
    expect(status).toBe(200);
    rows.push(...(body.events as Row[]));
    cursor = body.next_cursor === null ? '' : `&cursor=${String(body.next_cursor)}`;
  } while (cursor !== '');
  return rows;
};

const CREATED = 'event_type=jira:issue_created';

describe('GET /events', () => {
  it.each([
    ['', 13],
    [CREATED, 3],
    ['event_type=jira%3Aissue_created', 3],
    ['event_type=', 13],
    ['event_type=jira:issue', 0],
    ['source=commits', 3],
    ['source=jira', 10],
    ['source=automation', 0],
    [`connection=${connection}`, 6],
    [`connection=${newConnectionId()}`, 0],
    [`connection=${connection}&${CREATED}`, 2],
    [`connection=${connection}&${CREATED}&source=jira&outcome=applied`, 2],
    [`connection=${connection}&source=commits`, 0],
    [`source=reconcile&${CREATED}`, 0],
    [`source=admin&connection=${connection}`, 0],
    ['outcome=quarantined&source=jira', 1],
  ])('filtered by "%s" gives %i over all pages, because every filter must hold', async (query, count) => {
    const ids = (await listed(query)).map(({ event_id }) => event_id);
    expect(ids).toHaveLength(count);
    expect(new Set(ids).size).toBe(count);
  });

  it.each([
    'connection=',
    'connection=con_short',
    'connection=*',
    `connection=${connection}x`,
    'source=none',
    'Event_Type=x',
    'eventtype=x',
    'CONNECTION=x',
  ])('answers 400 to %s, because a filter that is ignored misleads', async (query) => {
    expect((await app.get(`/events?${query}`)).status).toBe(400);
  });

  it('refuses a cursor under any other filter, because it would skip events', async () => {
    const { next_cursor } = (await app.get(`/events?date=2026-03-10&limit=1&${CREATED}`)).body;
    const goOn = async (query: string) =>
      (await app.get(`/events?date=2026-03-10&cursor=${String(next_cursor)}&${query}`)).status;
    expect(await goOn(CREATED)).toBe(200);
    const others = ['', 'event_type=jira:issue_updated', `${CREATED}&connection=${connection}`];
    for (const other of [...others, 'outcome=applied', `${CREATED}&source=jira`])
      expect(await goOn(other)).toBe(400);
  });
});

describe('GET /stats?by=hour', () => {
  const NONE = { applied: 0, stale: 0, recorded: 0, quarantined: 0 };

  it('has a bucket for each hour that the time touches, because a gap is what people look for', async () => {
    const { body } = await app.get('/stats?hours=2&by=hour');
    expect(body.buckets).toEqual([
      { from: '2026-03-10T22:00:00.000Z', outcomes: { ...NONE, recorded: 1 } },
      { from: '2026-03-10T23:00:00.000Z', outcomes: { ...NONE, applied: 2 } },
      { from: '2026-03-11T00:00:00.000Z', outcomes: { ...NONE, applied: 1, recorded: 1, quarantined: 1 } },
    ]);
    expect(body.outcomes).toEqual({ applied: 3, stale: 0, recorded: 2, quarantined: 1 });
  });

  it('adds up to the outcomes over days and empty hours, because both are read from one page', async () => {
    const { outcomes, buckets } = (await app.get('/stats?hours=720&by=hour')).body;
    const all = buckets as { from: string; outcomes: Record<string, number> }[];
    const sum = (name: string) => all.reduce((total, bucket) => total + (bucket.outcomes[name] ?? 0), 0);
    expect(all).toHaveLength(721);
    expect(all.map(({ from }) => from)).toEqual(all.map(({ from }) => from).toSorted());
    expect(Object.keys(NONE).map(sum)).toEqual(Object.values(outcomes as object));
  });

  it('counts what a clock ahead of ours received in the last hour, because it was received', async () => {
    const before = time.now;
    time.now += 90 * MINUTE;
    await app.deliver(issueBody(90, 'jira:issue_created'));
    time.now = before;
    const { outcomes, buckets } = (await app.get('/stats?hours=1&by=hour')).body;
    expect(outcomes).toMatchObject({ applied: 3 });
    expect((buckets as Row[]).at(-1)).toMatchObject({ outcomes: { applied: 2 } });
  });

  it('leaves them out unless asked, and refuses any other step', async () => {
    expect((await app.get('/stats')).body).not.toHaveProperty('buckets');
    for (const query of ['by=day', 'by=', 'By=hour'])
      expect((await app.get(`/stats?${query}`)).status).toBe(400);
  });
});
