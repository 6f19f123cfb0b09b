import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { newRunId } from '../../../src/platform/run-id.ts';
import { eventItem } from '../../../src/store/events/event-row.ts';
import { countEvents } from '../../../src/store/events/stats.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { depth } from '../../support/depth.ts';
import { PATIENT, patient } from '../../support/patience.ts';
import { useEngine } from '../../support/use-engine.ts';

/** Noon in Phoenix. */
const NOON = Date.parse('2026-03-10T19:00:00.000Z');

const engine = useEngine();
const time = { now: NOON };
const open = (): Promise<TestApp> => startApp({ endpoint: engine.endpoint, clock: () => time.now });

type Issue = {
  id: number;
  project?: string;
  status?: string;
  fixVersion?: string;
  minute?: number;
  event?: string;
};

const body = ({
  id,
  project = 'PAGE',
  status = 'Open',
  fixVersion,
  minute = 0,
  event = 'jira:issue_updated',
}: Issue) =>
  JSON.stringify({
    timestamp: Date.parse('2026-03-01T00:00:00Z') + minute * 60_000,
    webhookEvent: event,
    issue: {
      id: String(id),
      key: `${project}-${id}`,
      fields: {
        updated: `2026-03-01T00:${String(minute).padStart(2, '0')}:00.000+0000`,
        project: { key: project },
        status: { name: status },
        fixVersions: fixVersion ? [{ name: fixVersion }] : [],
      },
    },
  });

type Row = Record<string, unknown>;

/** Every page of a listing, followed to its end. */
const pages = async (app: TestApp, target: string, name: string): Promise<Row[][]> => {
  const found: Row[][] = [];
  let cursor = '';
  do {
    const answer = await app.get(`${target}${cursor}`);
    expect(answer.status).toBe(200);
    found.push(answer.body[name] as Row[]);
    const next = answer.body.next_cursor;
    cursor = typeof next === 'string' ? `&cursor=${next}` : '';
  } while (cursor !== '' && found.length < 100);
  return found;
};

describe('GET /issues', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await open();
    for (const id of [9, 10, 100, 11, 2]) {
      const status = id > 10 ? 'Done' : 'Open';
      await app.deliver(body({ id, status, ...(id === 9 ? { fixVersion: '1.2.0' } : {}) }));
    }
    await app.deliver(body({ id: 3, project: 'OTHER' }));
    await app.deliver(body({ id: 10, minute: 1, event: 'jira:issue_deleted' }));
  });

  const ids = (rows: Row[]) => rows.map((row) => row.issue_id);

  it('lists a project by id in numeric order, because 9 comes before 10', async () => {
    const { body: answer } = await app.get('/issues?project=PAGE');
    expect(ids(answer.issues as Row[])).toEqual(['2', '9', '10', '11', '100']);
    expect(answer.next_cursor).toBeNull();
  });

  it('finds the project in any case, because keys are upper case and people are not', async () => {
    expect((await app.get('/issues?project=page')).body.issues).toHaveLength(5);
  });

  it.each([1, 2, 4, 5])(
    'gives each issue once in pages of %i, because a page ends anywhere',
    async (limit) => {
      const found = await pages(app, `/issues?project=PAGE&limit=${limit}`, 'issues');
      expect(ids(found.flat())).toEqual(['2', '9', '10', '11', '100']);
      expect(found).toHaveLength(Math.ceil(5 / limit));
    },
  );

  it.each([
    ['status=Done', ['11', '100']],
    ['fix_version=1.2.0', ['9']],
    ['fix_version=', ['2', '9', '10', '11', '100']],
    ['deleted=true', ['10']],
    ['deleted=false', ['2', '9', '11', '100']],
    ['status=Done&deleted=true', []],
    ['status=', []],
  ])('filters by %s, because a release manager asks so', async (filter, expected) => {
    const found = await pages(app, `/issues?project=PAGE&limit=2&${filter}`, 'issues');
    expect(ids(found.flat())).toEqual(expected);
  });

  it('moves an issue from one list to the other, because a project lists what it has now', async () => {
    await app.deliver(body({ id: 3, project: 'NEW', minute: 2 }));
    expect((await app.get('/issues?project=OTHER')).body.issues).toEqual([]);
    expect(ids((await app.get('/issues?project=NEW')).body.issues as Row[])).toEqual(['3']);
  });

  it.each([
    '',
    'project=',
    'project=PAGE&limit=0',
    'project=PAGE&limit=101',
    'project=PAGE&deleted=maybe',
    'project=PAGE&cursor=xyz',
  ])('answers 400 to "%s", because the caller should know what is wrong', async (query) => {
    const answer = await app.get(`/issues?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  it('refuses the cursor of another query, because it would skip or repeat issues', async () => {
    const { next_cursor } = (await app.get('/issues?project=PAGE&limit=1')).body;
    expect((await app.get(`/issues?project=NEW&cursor=${next_cursor}`)).status).toBe(400);
    expect((await app.get(`/issues?project=PAGE&status=Done&cursor=${next_cursor}`)).status).toBe(400);
  });

  it('ignores parameters it does not know, because Data Center adds its own', async () => {
    expect((await app.get('/issues?project=PAGE&user_id=admin&user_key=admin')).status).toBe(200);
  });

  it.each([
    ['/issues?project=PAGE&fixVersion=1.2.0', 'fix_version'],
    ['/issues?project=PAGE&FIX_VERSION=1.2.0&fix_version=1.2.0', 'fix_version'],
    ['/issues?Project=PAGE', 'project'],
    ['/issues?project=PAGE&lim_it=5', 'limit'],
    ['/issues/PAGE-9/events?Cursor=x', 'cursor'],
    ['/issues/PAGE-9/commits?LIMIT=5', 'limit'],
    ['/gaps/stories-without-commits?fixversion=1.2.0', 'fix_version'],
    ['/gaps/commits-without-story?Since=2026-03-01', 'since'],
    ['/events?out_come=stale', 'outcome'],
    ['/stats?Hours=2', 'hours'],
  ])('answers 400 to %s and names %s, because a filter that is ignored misleads', async (target, right) => {
    const { status, body: problem } = await app.get(target);
    expect([status, String(problem.detail)]).toEqual([400, expect.stringContaining(`${right}:`)]);
  });

  it.each(['/issues?project=PAGE&fix-version=1', '/stats?outcome=x&Limit=5', '/issues/9?Cursor=x'])(
    'ignores what is in %s, because that is no parameter of the route in another spelling',
    async (target) => {
      expect((await app.get(target)).status).toBe(200);
    },
  );

  it.each([
    '/issues/NOPE-1',
    '/issues/424242',
    '/issues/a%20b',
    '/issues/123456789012345678901',
    '/issues/%',
    '/issues/A%2FB',
  ])('answers 404 to %s, because it names no issue', async (path) => {
    expect((await app.get(path)).status).toBe(404);
    expect((await app.get(`${path}/events`)).status).toBe(404);
  });
});

describe('GET /events', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await open();
    for (let n = 0; n < 40; n += 1) {
      time.now = NOON + n * 1_000;
      await app.deliver(n % 5 === 0 ? `{"odd":${n}}` : body({ id: 5, minute: n }));
    }
    time.now = NOON - 24 * 3_600_000;
    await app.deliver(body({ id: 6 }));
    time.now = NOON + 60_000;
  });

  it.each([1, 7, 40, 100])(
    'gives a day newest first in pages of %i over all its partitions, each event once',
    async (limit) => {
      const rows = (await pages(app, `/events?date=2026-03-10&limit=${limit}`, 'events')).flat();
      const times = rows.map((row) => String(row.received_at));
      expect(rows).toHaveLength(40);
      expect(new Set(rows.map((row) => row.event_id)).size).toBe(40);
      expect(times).toEqual([...times].sort().reverse());
      expect(times[0]).toBe('2026-03-10T12:00:39.000-07:00');
    },
  );

  it('takes today in Phoenix without a date, because that is where its users are', async () => {
    expect((await app.get('/events?limit=100')).body.events).toHaveLength(40);
    expect((await app.get('/events?date=2026-03-09')).body.events).toHaveLength(1);
    expect((await app.get('/events?date=2026-03-11')).body).toEqual({ events: [], next_cursor: null });
  });

  it('filters by outcome across pages, because the quarantined are few among many', async () => {
    const rows = (await pages(app, '/events?outcome=quarantined&limit=3', 'events')).flat();
    expect(rows).toHaveLength(8);
    expect(new Set(rows.map((row) => row.outcome))).toEqual(new Set(['quarantined']));
  });

  it("gives an issue's events by the time they happened, newest first, because receipt may be in any order", async () => {
    const rows = (await pages(app, '/issues/PAGE-5/events?limit=6', 'events')).flat();
    const times = rows.map((row) => String(row.occurred_at));
    expect(rows).toHaveLength(32);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('counts the last hours, because that is how ops see whether Jira reaches us', async () => {
    const { body: stats } = await app.get('/stats?hours=1');
    expect(stats).toEqual({
      hours: 1,
      outcomes: { applied: 32, stale: 0, recorded: 0, quarantined: 8 },
      event_types: { 'jira:issue_updated': 32 },
      unprocessed: 32,
      lag_seconds: 59,
      failed: 0,
      executions: { queued: 0, in_progress: 0, completed: 0, failed: 0, oldest_due_seconds: 0 },
      complete: true,
      generated_at: '2026-03-10T12:01:00.000-07:00',
    });
    expect((await app.get('/stats?hours=25')).body.outcomes).toMatchObject({ applied: 33 });
    expect((await app.get('/stats?hours=24')).body.outcomes).toMatchObject({ applied: 32 });
  });
});

describe('GET /stats', () => {
  const MOST = depth(100, 10_000);
  const counted: (app: TestApp) => Promise<unknown> = depth(
    ({ events: { table } }) =>
      countEvents({ table, tenant: 'default', signal: AbortSignal.timeout(60_000) }, time.now, 1, MOST),
    // A machine that is busy with other tests may need longer for so many than a request has.
    async (app) => (await patient(app).get('/stats?hours=1')).body,
  );

  it('says so when there are more events than are counted, because a wrong total is worse than none', {
    tags: ['deep'],
    timeout: 120_000,
  }, async () => {
    // Pages of so many rows are long calls for the engine of a busy machine.
    const app = await startApp({ endpoint: engine.endpoint, clock: () => time.now, dynamodb: PATIENT });
    const put = (n: number) => {
      const event_id = `evt_${n.toString(16).padStart(40, '0')}`;
      const ids = {
        tenant: 'default',
        event_id,
        source: 'jira' as const,
        outcome: 'recorded' as const,
        facts: null,
      };
      const run_id = newRunId(time.now - n);
      const rest = {
        idempotency_key: 'k',
        received_ms: time.now - n,
        run_id,
        problem: null,
        event_name: null,
        secret: null,
        raw_stored_apart: false,
      };
      return { PutRequest: { Item: eventItem({ ...ids, ...rest }, new Uint8Array(1), 9_999_999_999) } };
    };
    const { documentClient, name } = app.events.table;
    for (let from = 0; from <= MOST; from += 25) {
      const puts = Array.from({ length: Math.min(25, MOST + 1 - from) }, (_, n) => put(from + n));
      const items = puts.map(({ PutRequest }) => {
        const { event_type: _absent, ...Item } = PutRequest.Item;
        return { PutRequest: { Item } };
      });
      await documentClient.send(new BatchWriteCommand({ RequestItems: { [name]: items } }));
    }
    expect(await counted(app)).toMatchObject({ complete: false, outcomes: { recorded: MOST } });
  });
});
