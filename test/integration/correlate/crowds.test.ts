import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { collectFindings, NOTHING } from '../../../src/correlate/run/collect-findings.ts';
import { lookAtIssue } from '../../../src/correlate/run/look-at-issue.ts';
import { newScope } from '../../../src/correlate/run/scope.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody, deletionBody, issueBody } from './bodies.ts';
import { eventRecord } from './records.ts';

const LIMIT_MS = 120_000;
/** Six for each of the batches. */
const CROWD = 24;

const engine = useEngine();

/** Looks at an issue as one batch does, lets another one do something, and collects what the first one tells. */
const tellAfter = async (
  { app, correlation }: { app: TestApp; correlation: TestCorrelation },
  other: (app: TestApp) => Promise<unknown>,
  before: () => Promise<unknown> = () => app.deliver(issueBody('1', 'AB-1', 1)),
) => {
  await before();
  const touched = await lookAtIssue(newScope(correlation.deps), '1', []);
  await other(app);
  await correlation.run();
  const issues = new Map([['1', new Set<string>()]]);
  return collectFindings(newScope(correlation.deps), { ...NOTHING, ...touched, issues });
};

describe('what is said of an issue that nothing named', () => {
  it.each([
    [
      'a commit that was linked since',
      (app: TestApp) => app.deliverCommits('commits', commitsBody(commit(1, 'AB-1'))),
      { matched: 1, bare: 0, deleted: false },
    ],
    [
      'a deletion since',
      (app: TestApp) => app.deliver(deletionBody('1', 'AB-1', 2)),
      { matched: 0, bare: 0, deleted: true },
    ],
    [
      'a newer summary since',
      (app: TestApp) => app.deliver(issueBody('1', 'AB-1', 3, { versions: ['9.9'] })),
      { matched: 0, bare: 1, deleted: false },
    ],
  ])(
    'knows of %s, because a later document never knows less',
    async (_what, other, expected) => {
      const app = await startApp({ endpoint: engine.endpoint });
      using correlation = startCorrelation(app);
      const found = await tellAfter({ app, correlation }, other);
      const { issues, matched, stories_without_commits: bare } = found;
      expect({ matched: matched.length, bare: bare.length, deleted: issues[0]?.deleted }).toEqual(expected);
      const newest = await app.get('/issues/1');
      expect(issues[0]?.updated_at).toBe(newest.body.updated_at);
    },
    LIMIT_MS,
  );
});

describe('what is said of an issue that a commit named', () => {
  const message = 'AB-1';
  const byBranch = commit(1, 'part one', { branch: 'ab-1' });

  it.each([
    [
      'a second commit that was linked since',
      (app: TestApp) => app.deliverCommits('commits', commitsBody(commit(2, message))),
      ['branch', 'message'],
    ],
    [
      'a better reason since',
      (app: TestApp) => app.deliverCommits('commits', commitsBody(commit(1, message))),
      ['message'],
    ],
    ['a deletion since', (app: TestApp) => app.deliver(deletionBody('1', 'AB-1', 2)), []],
  ])(
    'knows of %s, because a later document never knows less',
    async (_what, other, expected) => {
      const app = await startApp({ endpoint: engine.endpoint });
      using correlation = startCorrelation(app);
      const { matched } = await tellAfter({ app, correlation }, other, async () => {
        await app.deliver(issueBody('1', 'AB-1', 1));
        await app.deliverCommits('commits', commitsBody(byBranch));
        await correlation.run();
      });
      const rules = matched.flatMap(({ commits }) => commits.map(({ rule }) => rule));
      expect(rules.sort()).toEqual(expected);
    },
    LIMIT_MS,
  );
});

describe('many issues whose commits name one more', () => {
  it(
    'are all handled in batches at the same time, because that each wants its row is no failure',
    async () => {
      const app = await startApp({ endpoint: engine.endpoint });
      using correlation = startCorrelation(app);
      const numbers = Array.from({ length: CROWD }, (_, n) => n + 10);
      await app.deliver(issueBody('1', 'EPI-1', 1));
      await app.deliverCommits(
        'commits',
        commitsBody(...numbers.map((n) => commit(n, `EPI-1 AB-${n} part ${n}`))),
      );
      await correlation.run();
      const records: DynamoDBRecord[] = [];
      for (const n of numbers) {
        const { event_id } = (await app.deliver(issueBody(String(n), `AB-${n}`, 1))).body;
        records.push(eventRecord(event_id));
      }
      const lanes = [0, 1, 2, 3].map((lane) =>
        records.slice((lane * records.length) / 4, ((lane + 1) * records.length) / 4),
      );
      const answers = await Promise.all(lanes.map((lane) => correlation.run(lane)));
      expect(answers.flatMap(({ batchItemFailures }) => batchItemFailures)).toEqual([]);
      const { failed, unprocessed } = (await app.get('/stats')).body;
      expect({ failed, unprocessed }).toEqual({ failed: 0, unprocessed: 0 });
    },
    LIMIT_MS,
  );
});
