import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { runDocument } from '../../src/correlate/documents/schema.ts';
import { eventKey } from '../../src/store/calls/keys.ts';
import { createTable, openApp, type TestApp } from '../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../support/correlation.ts';
import { setBody } from '../support/set-body.ts';
import { useEngine } from '../support/use-engine.ts';
import { commit, commitsBody, issueBody } from './correlate/bodies.ts';
import { commitGaps, commitsOf, storyGaps } from './correlate/found.ts';

const FOLDERS = {
  default: 'artifacts/issues/wave3/jira_webhook',
  b: 'artifacts/tenants/b/issues/wave3/jira_webhook',
};

const engine = useEngine();
let own: TestApp;
let other: TestApp;
let correlation: TestCorrelation;
beforeEach(async () => {
  const tableName = await createTable(engine.endpoint);
  own = openApp({ endpoint: engine.endpoint, tableName });
  other = openApp({ endpoint: engine.endpoint, tableName, tenant: 'b' });
  correlation = startCorrelation(own);
  return () => correlation[Symbol.dispose]();
});

const idOf = async (answer: ReturnType<TestApp['deliver']>): Promise<string> =>
  String((await answer).body.event_id);

/** The same issues and keys on both sides; only the other one has commits of the first. */
const deliverBoth = async () => ({
  own: await idOf(own.deliver(issueBody('1', 'ABC-1', 1))),
  ownSecond: await idOf(own.deliver(issueBody('2', 'ABC-2', 2))),
  other: await idOf(other.deliver(issueBody('1', 'ABC-1', 1))),
  otherSecond: await idOf(other.deliver(issueBody('2', 'ABC-2', 2))),
  pushed: await idOf(other.deliverCommits('commits', commitsBody(commit(1, 'ABC-1'), commit(2, 'XYZ-9')))),
});

const latestOf = (tenant: keyof typeof FOLDERS) =>
  runDocument.parse(
    JSON.parse(readFileSync(join(correlation.folder, FOLDERS[tenant], 'latest.json'), 'utf8')),
  );

const events = z.object({ events: z.array(z.object({ event_id: z.string() })) });

const eventsIn = async (app: TestApp, target: string): Promise<string[]> =>
  events
    .parse((await app.get(target)).body)
    .events.map(({ event_id }) => event_id)
    .sort();

describe('two tenants in one table', () => {
  it('have an event each of the same bytes, because an event is of its tenant', async () => {
    const ids = await deliverBoth();
    expect(ids.own).not.toBe(ids.other);
    expect(await eventsIn(own, '/events')).toEqual([ids.own, ids.ownSecond].sort());
    expect(await eventsIn(other, '/events')).toEqual([ids.other, ids.otherSecond, ids.pushed].sort());
    expect(await eventsIn(own, '/issues/1/events')).toEqual([ids.own]);
  });

  it('do not answer to each other’s ids of events, which are as unknown as any', async () => {
    const ids = await deliverBoth();
    const unknown = await own.get(`/events/evt_${'0'.repeat(40)}`);
    const foreign = await own.get(`/events/${ids.other}`);
    expect([foreign.status, foreign.body.detail]).toEqual([404, unknown.body.detail]);
    expect((await other.get(`/events/${ids.other}`)).status).toBe(200);
    expect((await other.get(`/events/${ids.own}`)).status).toBe(404);
  });

  it('are correlated apart in one batch, because the same key names another issue', async () => {
    await deliverBoth();
    expect(await correlation.run()).toEqual({ batchItemFailures: [] });
    expect(await commitsOf(other.get, 'ABC-1')).toHaveLength(1);
    expect(await commitsOf(own.get, 'ABC-1')).toEqual([]);
    expect(await storyGaps(own.get)).toEqual(['1', '2']);
    expect(await storyGaps(other.get)).toEqual(['2']);
    expect(await commitGaps(own.get)).toEqual({});
    expect(Object.keys(await commitGaps(other.get))).toHaveLength(1);
  });

  it('have documents of their own, because who may read the one may not read the other', async () => {
    await deliverBoth();
    await correlation.run();
    expect(latestOf('default').correlation.summary).toMatchObject({ issues: 2, commits_without_story: 0 });
    expect(latestOf('b').correlation.summary).toMatchObject({ issues: 2, commits_without_story: 1 });
    for (const folder of Object.values(FOLDERS))
      expect(readdirSync(join(correlation.folder, folder))).toHaveLength(3);
  });

  it.each(['/events', '/issues?project=ABC', '/gaps/stories-without-commits', '/issues/1/events'])(
    'refuse each other’s cursors of %s, because a position of one is none of the other',
    async (target) => {
      await deliverBoth();
      await other.deliver(issueBody('1', 'ABC-1', 3));
      await own.deliver(issueBody('1', 'ABC-1', 3));
      await other.deliver(issueBody('3', 'ABC-3', 3));
      await correlation.run();
      const paged = `${target}${target.includes('?') ? '&' : '?'}limit=1`;
      const { next_cursor } = (await other.get(paged)).body;
      expect(next_cursor).toEqual(expect.any(String));
      const next = `${paged}&cursor=${encodeURIComponent(String(next_cursor))}`;
      expect((await other.get(next)).status).toBe(200);
      expect((await own.get(next)).status).toBe(400);
    },
  );

  it('are counted apart, also what is parked', async () => {
    const { pushed } = await deliverBoth();
    await setBody(other, eventKey(pushed), Buffer.from('garbage'));
    await correlation.run();
    expect((await own.get('/stats')).body).toMatchObject({ outcomes: { applied: 2 }, failed: 0 });
    expect((await other.get('/stats')).body).toMatchObject({ failed: 1 });
  });

  it('leave a row that names no tenant to the one that is asked, because somebody must see it parked', async () => {
    const { pushed } = await deliverBoth();
    const { table } = other.events;
    const command = new UpdateCommand({
      TableName: table.name,
      Key: eventKey(pushed),
      UpdateExpression: 'REMOVE day_pk SET body = :body',
      ExpressionAttributeValues: { ':body': 'garbage' },
    });
    await table.documentClient.send(command);
    await correlation.run();
    expect((await own.get('/stats')).body).toMatchObject({ failed: 1 });
    expect((await other.get('/stats')).body).toMatchObject({ failed: 0 });
  });
});
