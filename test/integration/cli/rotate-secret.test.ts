import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signatureOf } from '../../../src/cli/shared/exchange.ts';
import { readEnv } from '../../../src/contract/env.ts';
import { type Instance, startInstance } from '../../../src/local/run-instance.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { commitDelivery } from '../../support/commit-deliveries.ts';
import { ARN, awsEnv } from '../../support/rotation.ts';
import { jiraEnv, startScriptedJira, TOKEN } from '../../support/scripted-jira/scripted-jira.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../support/secrets-manager.ts';
import { temporaryFolder } from '../../support/server-process.ts';
import { whileSleepsAre } from '../../support/sleeps.ts';
import { SECRET, startTestInstance, type TestInstance } from './instance.ts';
import { runCli, spawnCli } from './run-cli.ts';

const CANARY = 'canary-main-5f1c';
const DAY_MS = 86_400_000;

/** The 60 s of `begin` pass at once; others wait in this process too, and go on doing so. */
const withoutItsWait = (ms: number): number => (ms === 60_000 ? 0 : ms);

/** Loaded before the command in a process of its own: its 60 s pass at once. */
const NO_SLEEP = `import timers from 'node:timers/promises';
import { syncBuiltinESMExports } from 'node:module';
timers.setTimeout = async () => {};
syncBuiltinESMExports();`;

const noSleep = `--import=data:text/javascript,${encodeURIComponent(NO_SLEEP)}`;

let instance: TestInstance;
let fake: FakeSecretsManager;

beforeAll(async () => {
  instance = await startTestInstance();
});

afterAll(() => instance.stop());

beforeEach(async () => {
  fake = await startSecretsManager(ARN);
  fake.put(
    JSON.stringify({ jira_webhook_secret: CANARY, github_webhook_secret: 'gh' }),
    Date.now() - 2 * DAY_MS,
  );
});

afterEach(() => fake.close());

const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  whileSleepsAre(withoutItsWait, () =>
    runCli('rotate-secret', args, {
      ...awsEnv(fake),
      JIRA_WEBHOOK_SECRET_ARN: ARN,
      // What is delivered here is of today, and each day is asked for in 8 parts.
      EVENT_RETENTION_DAYS: '2',
      ...env,
    }),
  );

/** The same in a process of its own, which begins while another one does. */
const beginBeside = () =>
  spawnCli('rotate-secret', ['--source', 'jira', 'begin', '--yes'], {
    ...awsEnv(fake),
    JIRA_WEBHOOK_SECRET_ARN: ARN,
    NODE_OPTIONS: noSleep,
  });

const jira = (step: string, ...args: string[]) => run(['--source', 'jira', step, ...args]);

const stored = (): Record<string, unknown> => JSON.parse(fake.read('AWSCURRENT') ?? '{}');

describe('npm run rotate-secret', () => {
  it('rotates: begin, status, finish', async () => {
    const begun = await jira('begin', '--yes');
    expect(begun.code).toBe(0);
    expect(begun.stdout).toMatch(/^[\w-]{43}\n$/);
    const secret = begun.stdout.trim();
    expect(stored()).toEqual({
      jira_webhook_secret: CANARY,
      github_webhook_secret: 'gh',
      jira_webhook_secret_next: secret,
    });
    const status = await jira('status', ...instance.table);
    expect(status.stdout).toContain('A rotation is in progress since 20');
    const finished = await jira('finish', '--yes', '--force');
    expect(finished.code).toBe(0);
    expect(stored()).toMatchObject({ jira_webhook_secret: secret, jira_webhook_secret_previous: CANARY });
    const all = [begun.stderr, status.stdout, status.stderr, finished.stdout, finished.stderr].join('\n');
    for (const value of [CANARY, secret]) expect(all).not.toContain(value);
  });

  it('writes the secret alone to standard output, so that it can be piped', async () => {
    const { stderr } = await jira('begin', '--yes');
    expect(stderr).toContain('adds jira_webhook_secret_next');
    expect(stderr).toContain('Waiting 60 s\n');
    expect(stderr).toContain('The new jira secret, shown only once:\nIn Jira, edit the webhook');
  });

  it('asks before it changes anything, and is wrong usage where nobody can answer', async () => {
    const { code, stdout, stderr } = await jira('begin');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Stage a new secret for jira? The current one stays valid.');
    expect(stored()).not.toHaveProperty('jira_webhook_secret_next');
    await jira('begin', '--yes');
    const staged = stored();
    for (const step of ['finish', 'abort'])
      expect(await jira(step, ...(step === 'finish' ? ['--force'] : []))).toMatchObject({ code: 2 });
    expect(stored()).toEqual(staged);
  });

  it('takes the staged secret back', async () => {
    await jira('begin', '--yes');
    const { code, stdout } = await jira('abort', '--yes', ...instance.table);
    expect(code).toBe(0);
    expect(stdout).toContain('It is removed, and stops verifying within 5 minutes.');
    expect(stored()).not.toHaveProperty('jira_webhook_secret_next');
  });

  it.each([
    ['SECRET_GRACE_HOURS', [], 3],
    ['--grace-hours', ['--grace-hours', '0'], 0],
  ])('gives the old secret the hours of %s', async (_name, args, hours) => {
    await jira('begin', '--yes');
    const before = Date.now();
    await run(['--source', 'jira', 'finish', '--yes', '--force', ...args], { SECRET_GRACE_HOURS: '3' });
    const from = Date.parse(String(stored().jira_webhook_secret_previous_until)) - hours * 3_600_000;
    expect(from).toBeGreaterThanOrEqual(before);
    expect(from).toBeLessThanOrEqual(Date.now());
  });

  it('rotates the secret of a name, and of another source', async () => {
    const other = await run(['--source', 'github', 'begin', '--yes', '--secret-id', ARN], {
      JIRA_WEBHOOK_SECRET_ARN: '',
    });
    expect(stored()).toMatchObject({ github_webhook_secret_next: other.stdout.trim() });
  });

  it('lets one of two win that are begun together', async () => {
    const both = await Promise.all([beginBeside(), beginBeside()]);
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    const [won, lost] = both[0]?.code === 0 ? both : both.toReversed();
    expect(stored().jira_webhook_secret_next).toBe(won?.stdout.trim());
    expect(lost?.stdout).toBe('');
    expect(lost?.stderr).toMatch(/changed at the same time by someone else|is already staged/);
  });
});

describe('what deliveries used', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: Instance;

  /** A receiver with a table of its own, in this process. */
  const receive = (given: NodeJS.ProcessEnv): Promise<Instance> => {
    const shared = { PORT: '0', LOG_LEVEL: 'silent', ARTIFACTS_DIR: folder.path };
    const env = readEnv({ ...shared, AWS_ENDPOINT_URL_DYNAMODB: instance.endpoint, ...given });
    return startInstance({ env, log: createLogger(env), correlate: false });
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder.remove());
  afterEach(() => server.stop());

  const post = async (path: string, header: string, secret: string, body: string): Promise<number> => {
    const headers = { [header]: signatureOf(secret, Buffer.from(body)) };
    return (await fetch(`${server.url}${path}`, { method: 'POST', headers, body })).status;
  };
  const deliver = (secret: string, id: number): Promise<number> =>
    post(
      '/webhooks/jira',
      'x-hub-signature',
      secret,
      JSON.stringify({ webhookEvent: 'sprint_started', sprint: { id } }),
    );

  it('is read from the table: finish refuses before the new secret was used, and does it after', async () => {
    server = await receive({ ...awsEnv(fake), JIRA_WEBHOOK_SECRET_ARN: ARN, TABLE_NAME: 'rotation-test' });
    const table = ['--table', 'rotation-test', '--endpoint', instance.endpoint];
    expect(await deliver(CANARY, 1)).toBe(202);
    const secret = (await jira('begin', '--yes')).stdout.trim();
    expect(await deliver(CANARY, 2)).toBe(202);
    const refused = await jira('finish', '--yes', ...table);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^No delivery since .* was signed with the new jira secret/);
    expect(stored()).toHaveProperty('jira_webhook_secret_next');
    expect(await deliver(secret, 3)).toBe(202);
    expect(await deliver(secret, 3)).toBe(200);
    const { code, stdout } = await jira('status', ...table);
    expect(code).toBe(0);
    expect(stdout).toContain('The last 3 deliveries of jira');
    expect(stdout).toMatch(/^jira_webhook_secret_next +1 /m);
    expect(stdout).toMatch(/^jira_webhook_secret +2 /m);
    expect(stdout).toContain('The new secret is in use.');
    const finished = await jira('finish', '--yes', ...table);
    expect(finished.code).toBe(0);
    expect(finished.stdout).toContain('It was last used by a delivery at 20');
    expect(await deliver(CANARY, 4)).toBe(202);
    expect(await deliver(secret, 5)).toBe(202);
  });

  it.each(['cloud', 'data-center-10'] as const)(
    'shows that %s has the new secret, which begin --register gave to it and to nobody else',
    async (kind) => {
      const scripted = await startScriptedJira(kind);
      const { id } = scripted.site.create(scripted.site.project('ORB'));
      const name = `register-${kind}`;
      server = await receive({ ...awsEnv(fake), JIRA_WEBHOOK_SECRET_ARN: ARN, TABLE_NAME: name });
      const table = ['--table', name, '--endpoint', instance.endpoint];
      const args = ['--source', 'jira', 'begin', '--register', '--yes', '--url', server.url, '--wait', '60'];
      const changing = setInterval(() => scripted.site.edit(id, {}), 500);
      const begun = await run([...args, ...table], jiraEnv(scripted)).finally(() => clearInterval(changing));
      expect(begun).toMatchObject({ code: 0, stderr: 'Waiting 60 s\n' });
      expect(begun.stdout).toMatch(/was verified, signed with jira_webhook_secret_next\.\nOnce it was used/);
      const { secret } = [...scripted.webhooks.values()][0] ?? {};
      expect(stored().jira_webhook_secret_next).toBe(secret);
      for (const value of [CANARY, TOKEN, String(secret)]) expect(begun.stdout).not.toContain(value);
      expect((await jira('finish', '--yes', ...table)).code).toBe(0);
      expect(stored()).toMatchObject({ jira_webhook_secret: secret, jira_webhook_secret_previous: CANARY });
      await scripted.close();
    },
  );

  it('is listed by source, and says so of a receiver whose environment has the secret', async () => {
    server = await receive({
      JIRA_WEBHOOK_SECRET: SECRET,
      COMMITS_WEBHOOK_SECRET: 'of commits',
      TABLE_NAME: 'override-test',
    });
    expect(await deliver(SECRET, 6)).toBe(202);
    const push = commitDelivery('commits');
    expect(await post('/webhooks/commits', 'x-hub-signature-256', 'of commits', push)).toBe(202);
    const table = ['--table', 'override-test', '--endpoint', instance.endpoint];
    const { stdout } = await jira('status', ...table);
    expect(stdout).toContain('The last delivery of jira');
    expect(stdout).toMatch(/^JIRA_WEBHOOK_SECRET +1 /m);
    expect(stdout).toContain('The receiver has JIRA_WEBHOOK_SECRET in its environment');
    const commits = await run(['--source', 'commits', 'status', ...table]);
    expect(commits.stdout).toMatch(/^COMMITS_WEBHOOK_SECRET +1 /m);
    expect(commits.stdout).not.toMatch(/^JIRA_WEBHOOK_SECRET +1/m);
  });

  it('covers the newest 25, whatever came before', async () => {
    server = await receive({
      JIRA_WEBHOOK_SECRET: SECRET,
      TABLE_NAME: 'many-test',
    });
    for (let id = 0; id < 27; id += 1) expect(await deliver(SECRET, id)).toBe(202);
    const { stdout } = await jira('status', '--table', 'many-test', '--endpoint', instance.endpoint);
    expect(stdout).toContain('The last 25 deliveries of jira');
    expect(stdout).toMatch(/^JIRA_WEBHOOK_SECRET +25 /m);
  });
});

describe('what people do wrong', () => {
  it.each([
    [['begin'], 2, "required option '--source <source>' not specified"],
    [['--source', 'gitea', 'begin'], 2, 'jira, github, bitbucket, gitlab, bitbucket_server, commits'],
    [['--source', 'jira'], 2, "missing required argument 'step'"],
    [['--source', 'jira', 'start'], 2, 'begin, status, finish, abort'],
    [['--source', 'jira', 'abort', '--force', '--yes'], 2, '--force and --grace-hours are for finish only'],
    [['--source', 'jira', 'finish', '--register'], 2, '--register is for begin with --source jira only'],
    [['--source', 'github', 'begin', '--register'], 2, '--register is for begin with --source jira only'],
    [['--source', 'jira', 'begin', '--stage', 'dev'], 2, 'are for begin --register only'],
    [['--source', 'jira', 'begin', '--register', '--outputs', 'x'], 2, '--outputs needs --stage'],
    [['--source', 'jira', 'begin', '--register'], 2, 'Which Jira? Set JIRA_SITE_URL'],
    [['--source', 'jira', 'finish', '--yes'], 1, 'Nothing is staged for jira. To start:'],
    [['--source', 'jira', 'abort', '--yes'], 1, 'Nothing is staged for jira'],
  ])('%j ends with %i and says %j', async (args, code, words) => {
    const ended = await run(args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(words);
  });

  it('names no secret', async () => {
    const { code, stderr } = await run(['--source', 'jira', 'status'], { JIRA_WEBHOOK_SECRET_ARN: '' });
    expect(code).toBe(2);
    expect(stderr).toContain('Which secret? Give --secret-id, or set JIRA_WEBHOOK_SECRET_ARN.');
  });

  it('names one that is not there', async () => {
    const { code, stderr } = await run(['--source', 'jira', 'begin', '--yes', '--secret-id', 'unknown']);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'The secret unknown could not be used: not found in this account and region, or it has no value yet (ResourceNotFoundException).\n',
    );
  });

  it('has no permission to change it', async () => {
    const denied = { kind: 'error', status: 400, type: 'AccessDeniedException' } as const;
    fake.fail(denied, { operations: ['PutSecretValue'] });
    const { code, stdout, stderr } = await jira('begin', '--yes');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('permission denied: reading it needs secretsmanager:GetSecretValue');
  });

  it.each(['begin', 'status', 'finish', 'abort'])(
    'has no JSON object in it, and %s does not quote it',
    async (step) => {
      fake.put('canary-not-json', Date.now());
      const { code, stdout, stderr } = await jira(step, ...(step === 'status' ? [] : ['--yes']));
      expect(code).toBe(1);
      expect(stderr).toContain('not a JSON object');
      expect(stdout + stderr).not.toContain('canary');
    },
  );

  it('has the store down', async () => {
    await fake.refuse();
    const { code, stderr } = await jira('status');
    expect(code).toBe(1);
    expect(stderr).toContain('nothing is listening at the address of the secret store (ECONNREFUSED)');
    await fake.accept();
  });

  it('names no table, or one that is down: the keys are listed, and what is unknown is said', async () => {
    const { code, stdout } = await jira('status', '--table', 'nowhere', '--endpoint', 'http://127.0.0.1:1');
    expect(code).toBe(1);
    expect(stdout).toContain('jira_webhook_secret  verifies');
    expect(stdout).toContain(
      'It is unknown which keys the last deliveries used. The table nowhere at http://127.0.0.1:1',
    );
  });
});
