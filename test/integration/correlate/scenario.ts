import type { DynamoDBRecord } from 'aws-lambda';
import { expect } from 'vitest';
import type { BatchDeps } from '../../../src/correlate/run/scope.ts';
import { openApp, startApp, type TestApp } from '../../support/app.ts';
import { copyTable, startCopy } from '../../support/copy-table.ts';
import { startCorrelation } from '../../support/correlation.ts';
import type { FaultProxy } from '../../support/fault-proxy.ts';
import { commit, commitsBody, deletionBody, issueBody, pullRequestBody } from './bodies.ts';
import { bareStories, commitsOf, strayCommits } from './derived.ts';

/** What was there before, correlated in peace: two commits that belong to issues only by a branch or a title. */
const deliverFirst = async (app: TestApp): Promise<void> => {
  await app.deliver(issueBody('1', 'ABC-1', 1));
  await app.deliver(issueBody('2', 'ABC-2', 1));
  await app.deliver(issueBody('3', 'ABC-3', 1));
  await app.deliver(issueBody('5', 'ABC-5', 1));
  await app.deliverCommits(
    'commits',
    commitsBody(
      commit(1, 'no key', { branch: 'feature/abc-2' }),
      commit(2, 'ABC-9 waits', { branch: 'feature/abc-1' }),
      commit(3, 'no key'),
      commit(4, 'ABC-4'),
    ),
  );
  await app.deliverCommits('github', pullRequestBody(7, 'ABC-5 invoices', 3, 1), { event: 'pull_request' });
};

/** Every commit changes hands, and ABC-1, ABC-2 and ABC-5 are left without one or gone. */
const deliverThen = async (app: TestApp): Promise<void> => {
  await app.deliver(issueBody('9', 'ABC-9', 2));
  await app.deliver(deletionBody('2', 'ABC-2', 2));
  await app.deliver(issueBody('4', 'XYZ-4', 2, { from: 'ABC-4' }));
  await app.deliverCommits('commits', commitsBody(commit(5, 'ABC-3, XYZ-4 and UTF-8'), commit(6, 'XYZ-5')));
  await app.deliverCommits('github', pullRequestBody(7, 'XYZ-4 invoices', 3, 2), { event: 'pull_request' });
};

const keyText = ({ dynamodb }: DynamoDBRecord): string => String(dynamodb?.Keys?.pk?.S);

const EXPECTED = {
  bare: ['ABC-1', 'ABC-5'],
  stray: [6, 1],
  commits: { 'ABC-1': [], 'ABC-3': ['5 message'], 'ABC-5': [], 'ABC-9': ['2 message'] },
  moved: ['3 pull_request_title', '4 message', '5 message'],
};

export const check = async (app: TestApp): Promise<void> => {
  expect(await bareStories(app)).toEqual(EXPECTED.bare);
  expect(await strayCommits(app)).toEqual(EXPECTED.stray);
  for (const [key, commits] of Object.entries(EXPECTED.commits))
    expect(await commitsOf(app, key), key).toEqual(commits);
  expect((await commitsOf(app, 'XYZ-4')).sort()).toEqual(EXPECTED.moved);
};

export type Scenario = { app: TestApp; records: DynamoDBRecord[] };

/** Makes the app, and the records of what was delivered last. */
const make = async (endpoint: string): Promise<Scenario> => {
  const app = await startApp({ endpoint });
  using correlation = startCorrelation(app);
  await deliverFirst(app);
  const before = await correlation.records();
  expect(await correlation.run(before)).toEqual({ batchItemFailures: [] });
  await deliverThen(app);
  const known = new Set(before.map(keyText));
  const records = (await correlation.records()).filter((record) => !known.has(keyText(record)));
  return { app, records };
};

/** Makes it once, and answers what gives each test a copy on a table of its own: to make one takes 100 calls. */
export const prepareScenario = async (endpoint: string): Promise<() => Promise<Scenario>> => {
  const { app, records } = await make(endpoint);
  const copy = await copyTable(app);
  return async () => ({ app: await startCopy(endpoint, copy), records });
};

/** The correlate function of another process, whose way to the table leads through the proxy. */
export const through = (app: TestApp, proxy: FaultProxy, change: Partial<BatchDeps> = {}) =>
  startCorrelation(app, {
    table: openApp({ endpoint: proxy.endpoint, tableName: app.events.table.name }).events.table,
    ...change,
  });
