import { beforeEach, describe, expect, it } from 'vitest';
import { aliasKey } from '../../../src/store/calls/keys.ts';
import { putRows } from '../../../src/store/calls/rows.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { useEngine } from '../../support/use-engine.ts';
import { runCli } from '../cli/run-cli.ts';
import { commit, commitsBody, deletionBody, issueBody } from './bodies.ts';
import { bareStories, commitsOf, strayCommits } from './derived.ts';
import { issueIdsOf } from './found.ts';
import { eventRecord } from './records.ts';

const engine = useEngine();
let app: TestApp;
let correlation: TestCorrelation;

beforeEach(async () => {
  app = await startApp({ endpoint: engine.endpoint });
  correlation = startCorrelation(app);
  return () => correlation[Symbol.dispose]();
});

/** Delivers and handles that delivery alone, as the stream would. */
const handle = async (...bodies: string[]): Promise<void> => {
  for (const body of bodies) await correlation.run([eventRecord((await app.deliver(body)).body.event_id)]);
};

const push = async (...list: object[]): Promise<void> => {
  const { body } = await app.deliverCommits('commits', commitsBody(...list));
  await correlation.run([eventRecord(body.event_id)]);
};

const supersederOf = async (id: string): Promise<unknown> =>
  (await app.get(`/issues/${id}`)).body.superseded_by;

/** What people see: ids listed of the project, keys of stories without commits, the id a key finds. */
const seen = async (key: string) => ({
  listed: await issueIdsOf(app.get, key.slice(0, key.indexOf('-'))),
  bare: await bareStories(app),
  found: (await app.get(`/issues/${key}`)).body.issue_id,
});

const command = (name: 'erase' | 'correlate', ...args: string[]) =>
  runCli(name, [...args, '--table', app.events.table.name, '--endpoint', engine.endpoint], {
    ARTIFACTS_DIR: correlation.folder,
  });

const older = issueBody('10', 'MIG-4', 3);
const newer = issueBody('77', 'mig-4', 5);

describe('a key that two issues say they have', () => {
  it.each([
    ['the older one first', [older, newer]],
    ['the newer one first', [newer, older]],
    ['both more than once', [newer, older, newer, older]],
  ])('is that of the newer one, %s, because order must not matter', async (_order, bodies) => {
    await handle(...bodies);
    expect(await seen('MIG-4')).toEqual({ listed: ['77'], bare: ['mig-4'], found: '77' });
    expect([await supersederOf('10'), await supersederOf('77')]).toEqual(['77', null]);
    expect((await app.get('/issues/10')).body).toMatchObject({ summary: 'issue 10', deleted: false });
  });

  it('is that of the greater timestamp, then of the greater event, because a version has three parts', async () => {
    const at = (id: string, timestamp: number) =>
      JSON.stringify({ ...JSON.parse(issueBody(id, 'MIG-4', 3)), timestamp });
    await handle(at('900', 1_000), at('10', 2_000));
    expect([await supersederOf('900'), await supersederOf('10')]).toEqual(['10', null]);
    await handle(at('55', 2_000));
    const winners = (await issueIdsOf(app.get, 'MIG')).join();
    expect(['10', '55']).toContain(winners);
    const superseders = await Promise.all(['900', '10', '55'].map(supersederOf));
    expect(superseders).toEqual(['900', '10', '55'].map((id) => (id === winners ? null : winners)));
  });

  it('takes its commits along, also those that name another key of the older one', async () => {
    await handle(issueBody('10', 'OLD-1', 1), issueBody('10', 'MIG-4', 3, { from: 'OLD-1' }));
    await push(commit(1, 'MIG-4 a'), commit(2, 'OLD-1 b'));
    expect(await commitsOf(app, '10')).toEqual(['1 message', '2 message']);
    await handle(newer);
    expect(await commitsOf(app, '77')).toEqual(['1 message']);
    expect(await commitsOf(app, '10')).toEqual([]);
    expect(await strayCommits(app)).toEqual([2]);
    await push(commit(3, 'OLD-1 c'), commit(4, 'mig-4 d MIG-4'));
    expect(await strayCommits(app)).toEqual([3, 2]);
    expect(await commitsOf(app, 'MIG-4')).toEqual(['1 message', '4 message']);
    await handle(issueBody('77', 'ELSE-1', 9));
    expect((await commitsOf(app, '10')).sort()).toEqual(['1 message', '2 message', '3 message', '4 message']);
    expect(await strayCommits(app)).toEqual([]);
  });

  it('stays with the newer one when that is deleted, because a deletion does not give a key back', async () => {
    await handle(older, newer);
    await push(commit(1, 'MIG-4'));
    await handle(deletionBody('77', 'MIG-4', 8));
    expect(await seen('MIG-4')).toEqual({ listed: ['77'], bare: [], found: '77' });
    expect(await supersederOf('10')).toBe('77');
    expect(await strayCommits(app)).toEqual([1]);
  });

  it('comes back to the older one when the newer one moves on, and goes when that moves back', async () => {
    await handle(older, newer, issueBody('77', 'NEXT-1', 7, { from: 'MIG-4' }));
    expect(await seen('MIG-4')).toEqual({ listed: ['10'], bare: ['MIG-4', 'NEXT-1'], found: '10' });
    expect(await supersederOf('10')).toBeNull();
    await handle(issueBody('77', 'MIG-4', 9));
    expect(await seen('MIG-4')).toEqual({ listed: ['77'], bare: ['MIG-4'], found: '77' });
    await handle(issueBody('10', 'MIG-4', 11));
    expect(await seen('MIG-4')).toEqual({ listed: ['10'], bare: ['MIG-4'], found: '10' });
    expect(await supersederOf('77')).toBe('10');
  });

  it('comes back to the older one when the newer one is erased', async () => {
    await handle(older, newer);
    await push(commit(1, 'MIG-4'));
    expect(await command('erase', '--issue', '77', '--yes')).toMatchObject({ code: 0 });
    expect(await seen('MIG-4')).toEqual({ listed: ['10'], bare: [], found: '10' });
    expect(await commitsOf(app, '10')).toEqual(['1 message']);
  });

  it('says so on demand, and a document lists nothing of the older one as a gap or a match', async () => {
    await handle(older, newer);
    expect(await command('correlate', '--project', 'MIG')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/issues\s+1\n/),
    });
    expect(await command('correlate', '--fix-version', '1.2.0')).toMatchObject({
      stdout: expect.stringMatching(/issues\s+1\n/),
    });
    expect(await command('correlate', '--issue', '10')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Issue 10 is superseded by 77/),
    });
    const { correlation: found } = correlation.latest();
    expect(found.stories_without_commits.map(({ issue_id }) => issue_id)).toEqual(['77']);
  });

  it('is that of the newest of very many, because none is left out', async () => {
    const rows = Array.from({ length: 620 }, (_, n) => aliasKey('default', 'MIG-4', String(1_000 + n)));
    await putRows({ table: app.events.table, signal: AbortSignal.timeout(60_000) }, rows);
    await handle(issueBody('999', 'MIG-4', 9), older);
    expect(await seen('MIG-4')).toEqual({ listed: ['999'], bare: ['MIG-4'], found: '999' });
    expect(await supersederOf('10')).toBe('999');
  });

  it('is settled for all that arrive in one batch, because each looks at the others', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => String(100 + n));
    for (const [day, id] of ids.entries()) await app.deliver(issueBody(id, 'MIG-4', 1 + day));
    expect(await correlation.run()).toEqual({ batchItemFailures: [] });
    expect(await seen('MIG-4')).toEqual({ listed: ['111'], bare: ['MIG-4'], found: '111' });
    expect((await app.get('/stats')).body).toMatchObject({ failed: 0, unprocessed: 0 });
  });
});
