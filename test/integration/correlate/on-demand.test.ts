import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunDocument } from '../../../src/correlate/documents/schema.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { publishedValidator } from '../../support/schemas.ts';
import { useEngine } from '../../support/use-engine.ts';
import { runCli } from '../cli/run-cli.ts';
import { commit, commitsBody, issueBody, numberOf } from './bodies.ts';
import { documentsIn } from './found.ts';

const FOLDER = 'artifacts/issues/wave3/jira_webhook';

const engine = useEngine();
let app: TestApp;
let correlation: TestCorrelation;

beforeEach(async () => {
  app = await startApp({ endpoint: engine.endpoint });
  correlation = startCorrelation(app);
  return () => correlation[Symbol.dispose]();
});

const deliver = async (): Promise<void> => {
  await app.deliver(issueBody('1', 'ABC-1', 1, { versions: ['1.2.0'] }));
  await app.deliver(issueBody('2', 'ABC-2', 1, { versions: ['1.3.0'] }));
  await app.deliver(issueBody('3', 'XYZ-3', 2, { versions: ['1.2.0'], from: 'ABC-3' }));
  await app.deliver(issueBody('4', 'XYZ-4', 1, { versions: ['1.2.0'] }));
  await app.deliver(issueBody('4', 'XYZ-4', 2, { versions: [] }));
  const list = [commit(1, 'ABC-1'), commit(2, 'ABC-3'), commit(3, 'ABC-9'), commit(4, 'AB-12')];
  await app.deliverCommits('commits', commitsBody(...list));
};

const correlate = (...args: string[]) =>
  runCli('correlate', [...args, '--table', app.events.table.name, '--endpoint', engine.endpoint], {
    ARTIFACTS_DIR: correlation.folder,
  });

/** The document the command says it wrote. */
const writtenBy = (stdout: string): RunDocument => {
  const key = /artifacts\/issues\S+\.json/.exec(stdout)?.[0] ?? '';
  return JSON.parse(readFileSync(join(correlation.folder, key), 'utf8'));
};

const idsOf = ({ issues }: RunDocument): string[] => issues.map(({ issue_id }) => issue_id);

describe('npm run correlate', () => {
  it.each([
    { args: ['--project', 'abc'], asked: { project: 'ABC' }, ids: ['1', '2'], commits: [1] },
    { args: ['--fix-version', '1.2.0'], asked: { fix_version: '1.2.0' }, ids: ['1', '3'], commits: [1, 2] },
    { args: ['--issue', 'ABC-3'], asked: { issue: 'ABC-3' }, ids: ['3'], commits: [2] },
    { args: ['--issue', '3'], asked: { issue: '3' }, ids: ['3'], commits: [2] },
  ])('$args writes a valid document of what is asked for', async ({ args, asked, ids, commits }) => {
    await deliver();
    await correlation.run();
    const { code, stdout } = await correlate(...args);
    expect(code).toBe(0);
    const document = writtenBy(stdout);
    expect(publishedValidator('run-document')(document)).toEqual([]);
    expect(document.args).toEqual({ trigger: 'manual', ...asked });
    expect(idsOf(document)).toEqual(ids);
    const linked = document.correlation.matched.flatMap((issue) => issue.commits.map(({ sha }) => sha));
    expect(linked.map(numberOf)).toEqual(commits);
  });

  it('leaves the latest as it is, because that belongs to the stream', async () => {
    await deliver();
    await correlation.run();
    const files = ['latest.json', 'latest_summary.json'].map((name) =>
      join(correlation.folder, FOLDER, name),
    );
    const before = files.map((file) => readFileSync(file, 'utf8'));
    expect((await correlate('--project', 'ABC')).code).toBe(0);
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before);
    expect(documentsIn(correlation.folder)).toHaveLength(2);
  });

  it('correlates what the stream has not brought yet, and makes no latest of it', async () => {
    await app.deliver(issueBody('1', 'ABC-1', 1));
    const { code, stdout } = await correlate('--issue', 'ABC-1');
    expect(code).toBe(0);
    expect(writtenBy(stdout).correlation.stories_without_commits).toMatchObject([{ issue_key: 'ABC-1' }]);
    expect(existsSync(join(correlation.folder, FOLDER, 'latest.json'))).toBe(false);
    const { body } = await app.get('/gaps/stories-without-commits');
    expect(body.items).toMatchObject([{ issue_key: 'ABC-1' }]);
  });

  it.each([
    { args: [], says: /--project KEY, --fix-version NAME or --issue KEY/ },
    { args: ['--project', 'ABC', '--issue', 'ABC-1'], says: /Choose what to correlate/ },
    { args: ['--release', '1.2.0'], says: /unknown option/ },
  ])('with $args says what it wants, and ends with 2', async ({ args, says }) => {
    const { code, stderr } = await correlate(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
    expect(correlation.documents()).toEqual([]);
  });

  it('says that an issue is not known, and ends with 1', async () => {
    const { code, stderr } = await correlate('--issue', 'ABC-9');
    expect([code, stderr]).toEqual([1, 'Issue ABC-9 not found.\n']);
    expect(await correlate('--issue', 'no key at all')).toMatchObject({ code: 1 });
    expect(correlation.documents()).toEqual([]);
  });

  it.each([
    ['--project', 'NONE'],
    ['--fix-version', '9.9.9'],
    ['--project', 'no key at all'],
  ])('%s %s, which nothing has, writes nothing and says so', async (...args) => {
    await deliver();
    const { code, stdout } = await correlate(...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/No matching issue in table .+: nothing was written/);
    expect(correlation.documents()).toEqual([]);
  });

  it('ends with 1 when the table cannot be reached, and says which', async () => {
    const args = ['--project', 'ABC', '--table', 'missing', '--endpoint', engine.endpoint];
    const { code, stderr } = await runCli('correlate', args, { ARTIFACTS_DIR: correlation.folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/table missing at .+ could not be used: table not found/);
  });
});
