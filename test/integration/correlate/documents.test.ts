import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { sweepEvents } from '../../../src/correlate/run/sweep-events.ts';
import { passesFilter } from '../../../src/platform/stream-records.ts';
import { eventKey, snapshotKey } from '../../../src/store/calls/keys.ts';
import type { Item } from '../../../src/store/calls/table.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { scanTable, startCorrelation, type TestCorrelation, toRecord } from '../../support/correlation.ts';
import { depth } from '../../support/depth.ts';
import { publishedValidator } from '../../support/schemas.ts';
import { setBody } from '../../support/set-body.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody, issueBody, pullRequestBody } from './bodies.ts';
import { bareStories, commitsOf, derivedRows, processingOf, strayCommits } from './derived.ts';
import { documentsIn } from './found.ts';
import { asBatch, eventRecord } from './records.ts';

const ALL_HANDLED = { batchItemFailures: [] };
const DAY_MS = 86_400_000;
/** As many as one delivery may list, or more than are looked at together. */
const COMMITS = depth(250, 2_000);

const engine = useEngine();
let now: number;
let app: TestApp;
let correlation: TestCorrelation;

const clock = (): number => now;

beforeEach(async () => {
  now = Date.UTC(2026, 2, 20, 18);
  const tableName = await createTable(engine.endpoint);
  app = openApp({ endpoint: engine.endpoint, tableName, clock });
  correlation = startCorrelation(app, { clock });
  return () => correlation[Symbol.dispose]();
});

const deliverCommits = async (...commits: object[]): Promise<string> => {
  const { status, body } = await app.deliverCommits('commits', commitsBody(...commits));
  expect([status, body.outcome]).toEqual([202, 'recorded']);
  return String(body.event_id);
};

const deliverIssue = async (id: string, key: string, day = 1): Promise<string> =>
  String((await app.deliver(issueBody(id, key, day))).body.event_id);

describe('a document', () => {
  it('is one for a burst, whatever number of issues and records it holds', async () => {
    for (let n = 0; n < 30; n += 1) await deliverIssue(String(n % 20), `ABC-${1 + (n % 20)}`, n < 20 ? 1 : 2);
    const records = await correlation.records();
    expect(records).toHaveLength(30);
    expect(await correlation.run(records)).toEqual(ALL_HANDLED);
    expect(correlation.documents()).toHaveLength(1);
    expect(correlation.latest().issues).toHaveLength(20);
    expect(await bareStories(app)).toHaveLength(20);
  });

  it(`holds ${COMMITS} commits of one delivery, which is one event and one batch`, {
    tags: ['deep'],
  }, async () => {
    await deliverIssue('1', 'ABC-1');
    const two = (n: number): string => (n % 2 === 0 ? `ABC-1 commit ${n}` : `commit ${n}`);
    const id = await deliverCommits(...Array.from({ length: COMMITS }, (_, n) => commit(n, two(n))));
    expect(await correlation.run()).toEqual(ALL_HANDLED);
    expect(correlation.documents()).toHaveLength(1);
    expect(correlation.latest().correlation.summary).toEqual({
      issues: 1,
      matched: 1,
      stories_without_commits: 0,
      commits: COMMITS,
      commits_without_story: COMMITS / 2,
    });
    expect(await processingOf(app, id)).toMatchObject({ status: 'processed', attempts: 1 });
  });

  it('links a commit that names 52 issues to the first 50 of them', async () => {
    const keys = Array.from({ length: 52 }, (_, n) => `ABC-${n + 1}`);
    for (const [index, key] of keys.entries()) await deliverIssue(String(index + 1), key);
    expect(await correlation.run()).toEqual(ALL_HANDLED);
    now += 1_000;
    const pushed = await deliverCommits(commit(1, keys.join(' ')));
    expect(await correlation.run([eventRecord(pushed)])).toEqual(ALL_HANDLED);
    expect(correlation.latest().correlation.matched).toHaveLength(50);
    expect(await bareStories(app)).toEqual(keys.slice(50));
  });

  it('belongs to a delivery that names nothing known, too', async () => {
    const body = pullRequestBody(7, 'ABC-1', 1, 1);
    await app.deliverCommits('github', body, { event: 'pull_request' });
    await correlation.run();
    expect(correlation.latest().correlation.summary).toMatchObject({ issues: 0, commits: 0 });
    now += 1_000;
    await deliverCommits(commit(1, 'ABC-1'));
    await correlation.run();
    expect(correlation.latest().correlation.commits_without_story).toMatchObject([{ candidates: ['ABC-1'] }]);
  });

  it('is valid, and so is its summary, because people build on the published schemas', async () => {
    await deliverIssue('1', 'ABC-1');
    await deliverIssue('2', 'ABC-2');
    await deliverCommits(commit(1, 'ABC-1', { branch: 'abc-2' }), commit(2, 'UTF-8'));
    await app.deliverCommits('github', pullRequestBody(7, 'ABC-1', 1, 1), { event: 'pull_request' });
    await correlation.run();
    const folder = join(correlation.folder, 'artifacts/issues/wave3/jira_webhook');
    const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
    expect(publishedValidator('run-document')(read('latest.json'))).toEqual([]);
    expect(publishedValidator('latest-summary')(read('latest_summary.json'))).toEqual([]);
  });

  it('never makes the latest go back, however many batches end at once', async () => {
    const events: string[] = [];
    for (let n = 1; n <= 12; n += 1) events.push(await deliverIssue(String(n), `ABC-${n}`));
    let newest = '';
    let done = false;
    const watch = async (): Promise<void> => {
      while (!done) {
        const seen = correlation.documents().length === 0 ? '' : latestRunId();
        expect(seen >= newest).toBe(true);
        newest = seen;
        await new Promise((next) => setTimeout(next, 2));
      }
    };
    const latestRunId = (): string => {
      try {
        return correlation.latest().run_id;
      } catch {
        return newest;
      }
    };
    const watched = watch();
    const batches = events.map((event) => correlation.run([eventRecord(event)]));
    await Promise.all(batches);
    done = true;
    await watched;
    const ids = documentsIn(correlation.folder).map(({ run_id }) => run_id);
    expect(ids).toHaveLength(12);
    expect(correlation.latest().run_id).toBe(ids.at(-1));
  });
});

describe('records that ask for nothing', () => {
  it('are handled without a document and without a row, because rows may be gone and keys foreign', async () => {
    const gone = await deliverCommits(commit(1, 'ABC-1'));
    await app.events.table.documentClient.send(
      new DeleteCommand({ TableName: app.events.table.name, Key: eventKey(gone) }),
    );
    const rows = (await scanTable(app)).length;
    const foreign = [
      toRecord('something', 'E', 'INSERT', 0),
      toRecord('I#default', 'S', 'INSERT', 0),
      toRecord('I#default#1', 'L', 'MODIFY', 0),
      toRecord('I#other#1', 'S', 'MODIFY', 0),
      toRecord('E#evt_1', 'E', 'INSERT', 0),
    ];
    expect(await correlation.run(asBatch([eventRecord(gone), ...foreign]))).toEqual(ALL_HANDLED);
    expect(await correlation.run([])).toEqual(ALL_HANDLED);
    expect(correlation.documents()).toEqual([]);
    expect(await scanTable(app)).toHaveLength(rows);
  });

  it('make no document of an issue whose row is gone', async () => {
    const event = await deliverIssue('77', 'ABC-77');
    await app.events.table.documentClient.send(
      new DeleteCommand({ TableName: app.events.table.name, Key: snapshotKey('default', '77') }),
    );
    expect(await correlation.run([eventRecord(event)])).toEqual(ALL_HANDLED);
    expect(correlation.documents()).toEqual([]);
    expect(await bareStories(app)).toEqual([]);
  });

  it('leave an expired event alone, which DynamoDB removes days late', async () => {
    const expired = await deliverCommits(commit(1, 'ABC-1'));
    now += 31 * DAY_MS;
    expect(await correlation.run()).toEqual(ALL_HANDLED);
    expect(correlation.documents()).toEqual([]);
    expect((await app.get(`/events/${expired}`)).status).toBe(404);
    expect(await strayCommits(app)).toEqual([]);
  });

  it('change nothing when they come again, alone or with their whole batch', async () => {
    const issue = await deliverIssue('1', 'ABC-1');
    const pushed = await deliverCommits(commit(1, 'ABC-1'), commit(1, 'ABC-1'), commit(2, 'ABC-2'));
    const batch = [eventRecord(pushed), eventRecord(issue)];
    expect(await correlation.run(asBatch(batch))).toEqual(ALL_HANDLED);
    const rows = await derivedRows(app);
    expect(await correlation.run(asBatch([...batch, ...batch, ...batch]))).toEqual(ALL_HANDLED);
    expect(await correlation.run(asBatch(batch.toReversed()))).toEqual(ALL_HANDLED);
    expect(await derivedRows(app)).toEqual(rows);
    expect(await commitsOf(app, 'ABC-1')).toEqual(['1 message']);
    expect(correlation.documents()).toHaveLength(3);
  });
});

/** A record of each row that is new or not what it was. */
const changes = (before: Item[], after: Item[]): DynamoDBRecord[] => {
  const known = new Map(before.map((row) => [`${row.pk} ${row.sk}`, row]));
  return after.flatMap((row) => {
    const was = known.get(`${row.pk} ${row.sk}`);
    if (was && isDeepStrictEqual(was, row)) return [];
    return [toRecord(String(row.pk), String(row.sk), was ? 'MODIFY' : 'INSERT', 0)];
  });
};

describe('what correlation writes', () => {
  it('passes the filter of the stream nowhere, because a run must not cause another one', async () => {
    const issue = await deliverIssue('1', 'ABC-1');
    await deliverCommits(commit(1, 'ABC-1', { branch: 'abc-2' }), commit(2, 'UTF-8'));
    await app.deliverCommits('github', pullRequestBody(7, 'ABC-1', 1, 1), { event: 'pull_request' });
    const before = await scanTable(app);
    expect(changes([], before).filter(passesFilter)).toHaveLength(3);
    expect(await correlation.run()).toEqual(ALL_HANDLED);
    now += 16 * 60_000;
    await sweepEvents({ ...correlation.deps, retention_days: 3 });
    await setBody(app, eventKey(issue), 'garbage');
    expect(await correlation.run()).toEqual(ALL_HANDLED);
    await setBody(app, eventKey(issue), before.find(({ pk }) => pk === `E#${issue}`)?.body);
    const written = changes(before, await scanTable(app));
    expect(written.length).toBeGreaterThan(8);
    expect(written.filter(passesFilter)).toEqual([]);
  });
});
