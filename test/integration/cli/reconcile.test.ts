import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject } from '../../../src/domain/json.ts';
import { putContradictions } from '../../../src/store/reconcile/contradictions.ts';
import { readTurn, releaseLease, takeLease } from '../../../src/store/reconcile/lease.ts';
import { FAULTS } from '../../support/scripted-jira/faults.ts';
import { type ScriptedJira, startScriptedJira, TOKEN } from '../../support/scripted-jira/scripted-jira.ts';
import { startTestInstance, type TestInstance } from './instance.ts';
import { runCli } from './run-cli.ts';

let instance: TestInstance;
let jira: ScriptedJira;

beforeAll(async () => {
  instance = await startTestInstance();
  jira = await startScriptedJira('cloud');
  for (let count = 0; count < 30; count += 1)
    jira.site.create(jira.site.project('ORB'), { created_ms: Date.now() - 7_200_000 }, { silent: true });
  jira.site.create(jira.site.project('SUN'), { summary: 'alone' }, { silent: true });
});

afterAll(async () => {
  await instance.stop();
  await jira.close();
});

afterEach(() => {
  jira.spoil = () => null;
});

const runWith = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  runCli('reconcile', [...args, ...instance.table], {
    ...instance.env,
    ...env,
    JIRA_SITE_URL: jira.url,
    JIRA_API_TOKEN: TOKEN,
    RECONCILE_RATE: '1000',
  });

const run = (...args: string[]) => runWith({}, ...args);

const turn = () =>
  readTurn({ table: instance.events.table, tenant: 'default', signal: AbortSignal.timeout(10_000) });

/** Of a table of counts, the one with this name. */
const countOf = (stdout: string, name: string): string | undefined =>
  new RegExp(`^${name} +(.+)$`, 'm').exec(stdout)?.[1];

/** A page of issues, one of which was updated before there was a Jira. */
const withOddTime = (page: JsonObject): JsonObject => ({
  ...page,
  issues: (Array.isArray(page.issues) ? page.issues : []).map((issue) =>
    isJsonObject(issue) && issue.key === 'ORB-5' && isJsonObject(issue.fields)
      ? { ...issue, fields: { ...issue.fields, updated: '1999-12-31T00:00:00.000+0000' } }
      : issue,
  ),
});

describe('npm run reconcile', () => {
  it('says with --updates that nothing is loaded yet, and before that with status that nobody has worked', async () => {
    expect(await run('status')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing has run yet'),
    });
    const { code, stderr } = await run('--updates');
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing is loaded yet'),
    });
  });

  it.each([
    [{ JIRA_API_TOKEN: TOKEN }, 'Set JIRA_SITE_URL'],
    [{ JIRA_SITE_URL: 'https://acme.example.com' }, 'JIRA_API_TOKEN must be set'],
  ])('with %j alone asks for the rest, and counts nothing as done', async (env, words) => {
    const ended = await runCli('reconcile', instance.table, { ...instance.env, ...env });
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) });
    expect((await run('status')).stdout).not.toMatch(/^asked /m);
  });

  it('says with --dry-run what would be read, and writes nothing', async () => {
    const before = await turn();
    const { code, stdout } = await run('--dry-run');
    expect(code).toBe(0);
    expect(countOf(stdout, 'missing here')).toBe('31');
    expect(await turn()).toEqual(before);
    expect((await instance.get('/issues/ORB-1')).status).toBe(404);
  });

  it('loads the whole site, names the project it is at, and ends with what was missed and drift', async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^(ORB|SUN) .* \d+\/31 issues, \d+ pages, \d+\/s(, ETA \d+ (s|min))?$/m),
    });
    expect(countOf(stdout, 'new')).toBe('31');
    expect(
      stdout
        .trim()
        .split('\n')
        .slice(-2)
        .map((line) => line.split(' ')[0]),
    ).toEqual(['missed', 'drift']);
    expect(countOf(stdout, 'drift')).toMatch(/^0 of \d\d compared/);
    expect(await instance.get('/issues/SUN-1')).toMatchObject({ status: 200, body: { summary: 'alone' } });
    expect(stdout + stderr).not.toContain(TOKEN);
  });

  it('shows what is only here, and how far each loop is', async () => {
    jira.site.remove(jira.site.find('ORB-7')?.id ?? 0, { silent: true });
    expect((await run('--census')).code).toBe(0);
    const { stdout, code } = await run('--status');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ORB +1 +\d+$/m);
    expect(stdout).toMatch(/^census +2 +no /m);
    expect(await run('--updates')).toMatchObject({ code: 0 });
  });

  it('reads one issue, and says what it came to', async () => {
    const { id } = jira.site.find('ORB-2') ?? { id: 0 };
    jira.site.edit(id, { summary: 'changed' }, { silent: true });
    expect((await run('--issue', 'ORB-2')).stdout).toContain(`Issue ${id}: repaired.`);
    expect((await run('--issue', String(id))).stdout).toContain(`Issue ${id}: unchanged.`);
    expect(await run('--issue', 'ORB-7')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no issue ORB-7'),
    });
  });

  it('counts what it did itself, not what the day came to, because the day may have seen many runs', async () => {
    expect((await run()).code).toBe(0);
    const asked = jira.log.length;
    const { code, stdout } = await run();
    expect(code).toBe(0);
    expect(countOf(stdout, 'requests')).toBe(String(jira.log.length - asked));
  });

  it('ends a contradiction that a look at the issue does not find any more', async () => {
    const { id } = jira.site.find('ORB-3') ?? { id: 0 };
    const place = { table: instance.events.table, tenant: 'default', signal: AbortSignal.timeout(60_000) };
    await putContradictions(place, [String(id)]);
    expect((await run('status')).stdout).toContain('Contradictions');
    expect((await run('--issue', 'ORB-3')).code).toBe(0);
    expect((await run('status')).stdout).not.toContain('Contradictions');
  });

  it.each([['--dry-run'], ['--issue', 'ORB-1']])(
    'says with %j that another runner is at work, because both ask',
    async (...args) => {
      const place = { table: instance.events.table, tenant: 'default', signal: AbortSignal.timeout(60_000) };
      const taken = await takeLease(place, await turn(), 'another', Date.now());
      const { code, stderr } = await run(...args);
      if (taken !== null) await releaseLease(place, taken, { not_before: null, fault: null });
      expect({ code, stderr }).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('Another runner is at work'),
      });
    },
  );

  it('refuses a project that RECONCILE_PROJECTS leaves out, because no loop would keep it up to date', async () => {
    for (const more of [[], ['--dry-run']]) {
      const { code, stderr } = await runWith({ RECONCILE_PROJECTS: 'ORB' }, '--project', 'SUN', ...more);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('SUN is none of RECONCILE_PROJECTS'),
      });
    }
  });

  it('that is interrupted leaves after its page, and says that it goes on from there', async () => {
    const listeners = process.listenerCount('SIGINT');
    jira.spoil = ({ path }) =>
      path.endsWith('/project/search') ? { before: () => process.emit('SIGINT') } : null;
    const { code, stderr } = await run('--census');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('goes on from here') });
    expect(await turn()).toMatchObject({ held: false });
    expect(process.listenerCount('SIGINT')).toBe(listeners);
    jira.spoil = () => null;
    expect((await run('--census')).code).toBe(0);
  });

  it('says where to read why an issue could not be stored, and it is there', async () => {
    const { id } = jira.site.find('ORB-5') ?? { id: 0 };
    jira.site.edit(id, { summary: 'odd' }, { silent: true });
    jira.spoil = ({ path }) => (path.endsWith('/bulkfetch') ? { alter: withOddTime } : null);
    const { code, stdout, stderr } = await run('--project', 'ORB');
    expect(code).toBe(0);
    expect(Number(countOf(stdout, 'quarantined'))).toBeGreaterThan(0);
    const [, path = ''] = /GET (\S+) says why/.exec(stderr) ?? [];
    expect(JSON.stringify(await instance.get(path))).toContain('issue.fields.updated');
  });

  it('reads one project, including issues whose row is older than Jira', async () => {
    jira.site.edit(jira.site.find('SUN-1')?.id ?? 0, { summary: 'older here' }, { silent: true });
    const { code, stdout } = await run('--project', 'sun');
    expect(code).toBe(0);
    expect(countOf(stdout, 'repaired')).toBe('1');
    expect(countOf(stdout, 'seen')).toBe('1');
  });

  it.each([
    ['a login that Jira does not take', FAULTS.unknownLogin, 'rejected the credentials'],
    ['a missing permission', FAULTS.forbidden, 'lacks the permission'],
    ['a part of the API that is gone', FAULTS.removed, '410'],
    ['a redirect', FAULTS.redirect('https://login.example.com/'), 'redirect'],
    ['a page', FAULTS.loginPage, 'page'],
    ['an answer of another shape', { alter: () => ({ surprise: true }) }, 'shape'],
  ])('ends at %s, says what to do, and marks nothing', async (_, fault, words) => {
    jira.spoil = ({ path }) => (/search|project/.test(path) ? fault : null);
    const { code, stderr } = await run('--census');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(words) });
    expect(stderr).not.toContain(TOKEN);
    expect((await run('status')).stdout).toContain(words);
    expect(await instance.get('/issues/ORB-1')).toMatchObject({ body: { deleted: false } });
  });

  it('refuses a Jira that calls itself otherwise, and asks it nothing more', async () => {
    const { code, stderr } = await runCli('reconcile', ['--census', ...instance.table], {
      ...instance.env,
      JIRA_SITE_URL: 'https://acme.example.com',
      JIRA_API_URL: jira.url,
      JIRA_API_TOKEN: TOKEN,
    });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('base URL') });
  });

  it('does not ask before the time that Jira named, and says why the last turn ended', async () => {
    jira.spoil = ({ path }) => (/project/.test(path) ? FAULTS.busy(3600) : null);
    expect((await run('--census')).code).toBe(1);
    jira.spoil = () => null;
    const asked = jira.log.length;
    for (const args of [['--census'], ['--issue', 'ORB-1'], ['--dry-run']])
      expect(await run(...args)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/accepts no requests before .+the last turn ended with: GET .+project/),
      });
    expect(jira.log).toHaveLength(asked);
  });
});

describe('its options', () => {
  it.each([
    [['--updates', '--census'], 'only one of'],
    [['--issue', 'ORB-1', '--dry-run'], '--dry-run'],
    [['--issue', 'a b'], 'neither an issue id nor a key'],
    [['--project', 'a/b'], 'no key of a project'],
    [['now'], 'now'],
  ])('%j are refused with exit code 2, because they say nothing that could be done', async (args, words) => {
    const { code, stderr } = await run(...args);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
  });

  it('are explained by --help', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const word of [
      '--project',
      '--updates',
      '--census',
      '--issue',
      '--dry-run',
      '--stage',
      'RECONCILE_RATE',
    ])
      expect(stdout).toContain(word);
  });
});
