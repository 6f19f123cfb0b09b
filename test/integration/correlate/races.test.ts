import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openApp, startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, toRecord } from '../../support/correlation.ts';
import { startTestEngine } from '../../support/engine.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { commit, commitsBody, issueBody, pullRequestBody } from './bodies.ts';
import { bareStories, commitsOf, strayCommits } from './derived.ts';

/** Long enough for another batch to pass by, short enough not to be given up and tried again. */
const HELD_MS = 600;

let engine: Awaited<ReturnType<typeof startTestEngine>>;
let proxy: FaultProxy;
let app: TestApp;

beforeAll(async () => {
  engine = await startTestEngine();
  proxy = await startFaultProxy(engine.endpoint);
});

afterAll(async () => {
  await proxy.close();
  await engine.stop();
});

beforeEach(async () => {
  app = await startApp({ endpoint: engine.endpoint });
});

/** Runs everything in the table while the first call that passes is held, and does something meanwhile. */
const runWhile = async (
  held: { operations: string[]; when: (body: string) => boolean },
  meanwhile: () => Promise<void>,
): Promise<void> => {
  const tableName = app.events.table.name;
  using slow = startCorrelation(app, {
    table: openApp({ endpoint: proxy.endpoint, tableName }).events.table,
  });
  proxy.fail({ kind: 'slow', ms: HELD_MS }, { ...held, times: 1 });
  const struck = proxy.nextStrike();
  const run = slow.run();
  await struck;
  await meanwhile();
  expect(await run).toEqual({ batchItemFailures: [] });
  proxy.heal();
};

/** Delivers an issue and runs a batch of its own records, and nothing else. */
const bring = async (body: string, issueId: string): Promise<void> => {
  const { event_id } = (await app.deliver(body)).body;
  using quick = startCorrelation(app);
  const records = [
    toRecord(`I#default#${issueId}`, 'S', 'INSERT', 0),
    toRecord(`E#${event_id}`, 'E', 'INSERT', 1),
  ];
  expect(await quick.run(records)).toEqual({ batchItemFailures: [] });
};

describe('two batches at once', () => {
  it('link a new commit to an issue that arrives after its keys were looked up, before it is written', async () => {
    await app.deliverCommits('commits', commitsBody(commit(1, 'ABC-1 first')));
    const isCommitRow = (body: string): boolean => body.includes('"C#default#acme/shop#');
    await runWhile({ operations: ['PutItem'], when: isCommitRow }, () =>
      bring(issueBody('1', 'ABC-1', 1), '1'),
    );
    expect(await commitsOf(app, 'ABC-1')).toEqual(['1 message']);
    expect(await bareStories(app)).toEqual([]);
    expect(await strayCommits(app)).toEqual([]);
  });

  it('link a new pull request in the same way, and lose nothing it says', async () => {
    const body = pullRequestBody(7, 'ABC-1 invoices', 1, 1);
    await app.deliverCommits('github', body, { event: 'pull_request' });
    const isRow = (text: string): boolean => text.includes('"P#default#acme/shop#7"');
    await runWhile({ operations: ['PutItem'], when: isRow }, () => bring(issueBody('1', 'ABC-1', 1), '1'));
    using last = startCorrelation(app);
    await last.run([toRecord('I#default#1', 'S', 'MODIFY', 0)]);
    expect(last.latest().correlation.matched).toMatchObject([
      { issue_id: '1', commits: [], pull_requests: [{ id: '7', title: 'ABC-1 invoices' }] },
    ]);
  });
});
