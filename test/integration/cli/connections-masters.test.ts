import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureMastersFile } from '../../../src/local/masters-file.ts';
import { readMasters } from '../../../src/verify/masters.ts';
import { ARN, awsEnv } from '../../support/rotation.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../support/secrets-manager.ts';
import { runCli } from './run-cli.ts';

const DAY_MS = 86_400_000;
const QUIET = { warn: () => {} };

describe('masters in Secrets Manager', () => {
  let fake: FakeSecretsManager;

  beforeEach(async () => {
    fake = await startSecretsManager(ARN);
    fake.put(JSON.stringify({ jira_webhook_secret: 'canary-jira' }), Date.now() - 2 * DAY_MS);
  });

  afterEach(() => fake.close());

  const run = (step: string, ...args: string[]) =>
    runCli('connections', [step, '--secret-id', ARN, ...args], awsEnv(fake));

  const stored = (): Record<string, unknown> => JSON.parse(fake.read('AWSCURRENT') ?? '{}');

  it('begin with one, beside all that is there, and it is never shown', async () => {
    const { code, stdout, stderr } = await run('init', '--yes');
    expect([code, stderr]).toEqual([0, '']);
    const { connections_master_1: master, connections_master_1_made_at: made, ...rest } = stored();
    expect(master).toMatch(/^[0-9a-f]{64}$/);
    expect(Date.now() - Date.parse(String(made))).toBeLessThan(60_000);
    expect(rest).toEqual({ jira_webhook_secret: 'canary-jira' });
    expect(stdout).toContain('adds connections_master_1');
    expect(stdout).not.toContain(String(master));
    expect(stdout).not.toContain('canary');
  });

  it('are not begun twice, because whoever repeats a command wants no other key', async () => {
    await run('init', '--yes');
    const before = fake.read('AWSCURRENT');
    const { code, stdout } = await run('init', '--yes');
    expect([code, fake.read('AWSCURRENT')]).toEqual([0, before]);
    expect(stdout).toContain('already has connections_master_1: nothing was changed');
  });

  it('get a number that none ever had, because a number never gets another key', async () => {
    const document = { connections_master_7: 'ab'.repeat(32), connections_master_12: 'not a master' };
    fake.put(JSON.stringify(document), Date.now() - 2 * DAY_MS);
    expect((await run('new-master', '--yes')).code).toBe(0);
    expect(stored()).toMatchObject({
      ...document,
      connections_master_13: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect([...readMasters(fake.read('AWSCURRENT') ?? '', QUIET).keys()]).toEqual([7, 13]);
  });

  it('begin where the only one is none that can be used', async () => {
    fake.put(JSON.stringify({ connections_master_1: 'typed by hand' }), Date.now() - 2 * DAY_MS);
    await run('init', '--yes');
    expect([...readMasters(fake.read('AWSCURRENT') ?? '', QUIET).keys()]).toEqual([2]);
  });

  it('keep a secret that was overwritten by hand in its grace, because a new version would end it', async () => {
    fake.put(JSON.stringify({ jira_webhook_secret: 'newer' }), Date.now() - 1_000);
    await run('new-master', '--yes');
    expect(stored()).toMatchObject({
      jira_webhook_secret: 'newer',
      jira_webhook_secret_previous: 'canary-jira',
    });
  });

  it('change nothing where somebody else writes at the same time', async () => {
    const theirs = JSON.stringify({ jira_webhook_secret: 'theirs' });
    fake.before('UpdateSecretVersionStage', () => {
      if (fake.read('AWSCURRENT') !== theirs) fake.put(theirs, Date.now());
    });
    const { code, stderr } = await run('init', '--yes');
    expect([code, fake.read('AWSCURRENT')]).toEqual([1, theirs]);
    expect(stderr).toContain('at the same time by someone else');
  });

  it('are not added without a yes', async () => {
    const { code, stderr } = await run('init');
    expect(code).toBe(2);
    expect(stderr).toContain('add --yes to proceed');
    expect(stored()).toEqual({ jira_webhook_secret: 'canary-jira' });
  });
});

describe('masters of this machine', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'masters-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const file = () => join(folder, 'masters.json');

  const run = (step: string) =>
    runCli('connections', [step, '--yes', '--instance-file', join(folder, 'instance.json')]);

  it('are made by the first start and stay, because rows of a database that is kept name them', () => {
    const first = ensureMastersFile(file());
    expect([...readMasters(first, QUIET).keys()]).toEqual([1]);
    expect(ensureMastersFile(file())).toBe(first);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('are added to by the command, readable by their owner only', async () => {
    expect((await run('init')).code).toBe(0);
    const first = readMasters(readFileSync(file(), 'utf8'), QUIET);
    const { code, stdout } = await run('new-master');
    expect(code).toBe(0);
    expect(stdout).toContain('npm start');
    const both = readMasters(readFileSync(file(), 'utf8'), QUIET);
    expect([...both.keys()]).toEqual([1, 2]);
    expect(both.get(1)).toEqual(first.get(1));
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('are not overwritten where the file is none of ours, and it is not quoted', async () => {
    writeFileSync(file(), 'canary, no JSON');
    const { code, stdout, stderr } = await run('init');
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain('canary');
    expect(readFileSync(file(), 'utf8')).toBe('canary, no JSON');
  });

  it('say what keeps the file from being made', async () => {
    writeFileSync(join(folder, 'a file'), '');
    const below = join(folder, 'a file', 'instance.json');
    const { code, stderr } = await runCli('connections', ['init', '--yes', '--instance-file', below]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot be used (ENOTDIR)')]);
  });
});
