import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openApp, startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation } from '../../support/correlation.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody, issueBody, pullRequestBody } from './bodies.ts';
import { bareStories, commitsOf, strayCommits } from './derived.ts';
import { eventRecord } from './records.ts';

/** Long enough for another batch to pass by, short enough not to be given up and tried again. */
const HELD_MS = 600;

const engine = useEngine();
let proxy: FaultProxy;
let app: TestApp;

beforeAll(async () => {
  proxy = await startFaultProxy(engine.endpoint);
});

afterAll(() => proxy.close());

beforeEach(async () => {
  app = await startApp({ endpoint: engine.endpoint });
});

/** Runs everything in the table while the first call that passes is held, and does something meanwhile. */
const runWhile = async <Done>(
  held: { operations: string[]; when: (body: string) => boolean },
  meanwhile: () => Promise<Done>,
): Promise<Done> => {
  const tableName = app.events.table.name;
  using slow = startCorrelation(app, {
    table: openApp({ endpoint: proxy.endpoint, tableName }).events.table,
  });
  proxy.fail({ kind: 'slow', ms: HELD_MS }, { ...held, times: 1 });
  const struck = proxy.nextStrike();
  const run = slow.run();
  await struck;
  const done = await meanwhile();
  expect(await run).toEqual({ batchItemFailures: [] });
  proxy.heal();
  return done;
};

/** Delivers an issue and runs a batch of its own record, and nothing else. @returns the record */
const bring = async (body: string): Promise<DynamoDBRecord> => {
  const { event_id } = (await app.deliver(body)).body;
  using quick = startCorrelation(app);
  const record = eventRecord(event_id);
  expect(await quick.run([record])).toEqual({ batchItemFailures: [] });
  return record;
};

describe('two batches at once', () => {
  it('link a new commit to an issue that arrives after its keys were looked up, before it is written', async () => {
    await app.deliverCommits('commits', commitsBody(commit(1, 'ABC-1 first')));
    const isCommitRow = (body: string): boolean => body.includes('"C#default#acme/shop#');
    await runWhile({ operations: ['PutItem'], when: isCommitRow }, () => bring(issueBody('1', 'ABC-1', 1)));
    expect(await commitsOf(app, 'ABC-1')).toEqual(['1 message']);
    expect(await bareStories(app)).toEqual([]);
    expect(await strayCommits(app)).toEqual([]);
  });

  it('link a new pull request in the same way, and lose nothing it says', async () => {
    const body = pullRequestBody(7, 'ABC-1 invoices', 1, 1);
    await app.deliverCommits('github', body, { event: 'pull_request' });
    const isRow = (text: string): boolean => text.includes('"P#default#acme/shop#7"');
    const held = { operations: ['PutItem'], when: isRow };
    const issue = await runWhile(held, () => bring(issueBody('1', 'ABC-1', 1)));
    using last = startCorrelation(app);
    await last.run([issue]);
    expect(last.latest().correlation.matched).toMatchObject([
      { issue_id: '1', commits: [], pull_requests: [{ id: '7', title: 'ABC-1 invoices' }] },
    ]);
  });
});
