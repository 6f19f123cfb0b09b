import { beforeEach, describe, expect, it } from 'vitest';
import { forgetIssue, rememberKeys } from '../../../src/correlate/run/forget-issue.ts';
import type { Table } from '../../../src/store/calls/table.ts';
import { eraseIssue, eventsOfIssue } from '../../../src/store/issues/erase-issue.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { scanTable, startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { depth } from '../../support/depth.ts';
import { randomOf } from '../../support/random.ts';
import { SEED } from '../../support/seed.ts';
import { useEngine } from '../../support/use-engine.ts';
import { runCli } from '../cli/run-cli.ts';
import { commit, commitsBody, issueBody } from './bodies.ts';
import { bareStories, commitsOf, strayCommits } from './derived.ts';
import { gatedTable } from './gate.ts';
import { eventRecord } from './records.ts';

const engine = useEngine();
let app: TestApp;
let correlation: TestCorrelation;

beforeEach(async () => {
  app = await startApp({ endpoint: engine.endpoint });
  correlation = startCorrelation(app);
  return () => correlation[Symbol.dispose]();
});

const erase = (issue: string) =>
  runCli(
    'erase',
    ['--issue', issue, '--yes', '--table', app.events.table.name, '--endpoint', engine.endpoint],
    {
      ARTIFACTS_DIR: correlation.folder,
    },
  );

const push = async (...list: object[]): Promise<void> => {
  const { body } = await app.deliverCommits('commits', commitsBody(...list));
  await correlation.run([eventRecord(body.event_id)]);
};

const signal = () => AbortSignal.timeout(10_000);

describe('npm run erase', () => {
  it('takes the issue from its commits and from the gaps', async () => {
    await app.deliver(issueBody('1', 'ABC-1', 1));
    await app.deliver(issueBody('2', 'ABC-2', 1));
    await push(commit(1, 'ABC-1'), commit(2, 'ABC-1', { branch: 'abc-2' }));
    await correlation.run();
    expect(await erase('1')).toMatchObject({ code: 0 });
    expect(await strayCommits(app)).toEqual([1]);
    expect(await commitsOf(app, 'ABC-2')).toEqual(['2 branch']);
    expect(await bareStories(app)).toEqual([]);
    expect(await erase('2')).toMatchObject({ code: 0 });
    expect(await strayCommits(app)).toEqual([2, 1]);
  });

  it('takes a story without commits from the gaps', async () => {
    await app.deliver(issueBody('1', 'ABC-1', 1));
    await correlation.run();
    expect(await bareStories(app)).toEqual(['ABC-1']);
    expect(await erase('ABC-1')).toMatchObject({ code: 0 });
    expect(await bareStories(app)).toEqual([]);
  });

  it('takes commits from an issue whose own events were not correlated yet, by every key they name', async () => {
    await app.deliver(issueBody('1', 'ABC-1', 1, { from: 'OLD-7' }));
    await app.deliver(issueBody('1', 'XYZ-1', 2));
    await push(commit(1, 'ABC-1'), commit(2, 'XYZ-1'), commit(3, 'OLD-7'));
    expect(await strayCommits(app)).toEqual([]);
    expect(await erase('1')).toMatchObject({ code: 0 });
    expect(await strayCommits(app)).toEqual([3, 2, 1]);
  });

  it('can be run again when it ended before the commits were taken from the issue', async () => {
    await app.deliver(issueBody('1', 'ABC-1', 1));
    await push(commit(1, 'ABC-1'));
    await correlation.run();
    const event_ids = await eventsOfIssue(
      { table: app.events.table, tenant: 'default', signal: signal() },
      { issue_id: '1', keys: [] },
    );
    const issue = { tenant: 'default', issue_id: '1', keys: [], event_ids };
    await eraseIssue(app.events.table, app.events.rawBodies, issue, () => {}, signal);
    expect(await strayCommits(app)).toEqual([]);
    const again = await erase('1');
    expect(again.stderr).toMatch(/Nothing is stored for issue 1/);
    expect(await strayCommits(app)).toEqual([1]);
  });

  it('writes nothing of an issue that was never there', async () => {
    expect(await erase('999')).toMatchObject({ code: 1 });
    expect(await scanTable(app)).toEqual([]);
  });

  it('leaves nothing for the stream to bring the issue back by', async () => {
    await app.deliver(issueBody('1', 'ABC-1', 1));
    await push(commit(1, 'ABC-1'));
    const records = await correlation.records();
    expect(await erase('1')).toMatchObject({ code: 0 });
    const count = (await scanTable(app)).length;
    expect(await correlation.run(records)).toEqual({ batchItemFailures: [] });
    expect(await scanTable(app)).toHaveLength(count);
    expect(await strayCommits(app)).toEqual([1]);
    expect(await bareStories(app)).toEqual([]);
  });
});

/** What the command does once it was agreed to. */
const eraseFrom = async (table: Table): Promise<void> => {
  const deps = { ...correlation.deps, table };
  const event_ids = await eventsOfIssue(
    { table, tenant: 'default', signal: signal() },
    { issue_id: '1', keys: [] },
  );
  await rememberKeys(deps, '1', event_ids);
  const issue = { tenant: 'default', issue_id: '1', keys: [], event_ids };
  await eraseIssue(table, app.events.rawBodies, issue, () => {}, signal);
  await forgetIssue(deps, '1');
};

/** Stores the issue once more, and correlates it. */
const bringBack = async (table: Table): Promise<void> => {
  const { body } = await app.deliver(issueBody('1', 'ABC-1', 2));
  using brought = startCorrelation(app, { table });
  await brought.run([eventRecord(body.event_id)]);
};

/** Whether the issue is there, and its commit belongs to it. */
const isBack = async (): Promise<boolean[]> => {
  const { status } = await app.get('/issues/1');
  return [status === 200, (await strayCommits(app)).length === 0];
};

describe('an issue that is delivered again while it is erased', () => {
  it.each([
    { what: 'it comes back', one: eraseFrom, other: bringBack },
    { what: 'it is erased', one: bringBack, other: eraseFrom },
  ])(
    'has its commit if it is there in the end, wherever in between $what',
    { tags: ['deep'], timeout: 120_000 },
    async ({ one, other }) => {
      const random = randomOf(SEED);
      for (
        let before = 0, made = 1;
        before < made;
        before += depth(1 + Math.floor(random() * made * 0.7), 1)
      ) {
        app = await startApp({ endpoint: engine.endpoint });
        correlation[Symbol.dispose]();
        correlation = startCorrelation(app);
        await app.deliver(issueBody('1', 'ABC-1', 1));
        await push(commit(1, 'ABC-1'));
        await correlation.run();
        const { table, calls } = gatedTable(app, engine.endpoint, async (call) => {
          if (call === before) await other(app.events.table);
        });
        await one(table);
        const [known, linked] = await isBack();
        expect(linked, `before call ${before}`).toBe(known);
        made = calls();
      }
    },
  );
});
