import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ARN, awsEnv } from '../../support/rotation.ts';
import {
  type JiraKind,
  jiraEnv,
  type ScriptedJira,
  startScriptedJira,
  TOKEN,
} from '../../support/scripted-jira/scripted-jira.ts';
import { startSecretsManager } from '../../support/secrets-manager.ts';
import { SECRET, startTestInstance, type TestInstance } from './instance.ts';
import { runCli } from './run-cli.ts';

let instance: TestInstance;
let jira: ScriptedJira;

beforeAll(async () => {
  instance = await startTestInstance();
});

afterAll(() => instance.stop());

beforeEach(async () => {
  jira = await startScriptedJira('cloud');
});

afterEach(() => jira.close());

const startOther = async (kind: JiraKind): Promise<void> => {
  await jira.close();
  jira = await startScriptedJira(kind);
};

const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runCli('jira-webhook', [...args, '--url', instance.url, ...instance.table], {
    ...jiraEnv(jira),
    JIRA_WEBHOOK_SECRET: SECRET,
    ...env,
  });

describe('npm run jira-webhook', () => {
  it.each(['cloud', 'data-center-10'] as const)(
    'registers at %s, sees a delivery arrive, and removes, because that is all there is to do',
    async (kind) => {
      await startOther(kind);
      jira.site.create(jira.site.project('ORB'));
      const registered = await run(['register', '--wait', '0']);
      expect(registered).toMatchObject({ code: 0, stderr: '' });
      expect(registered.stdout).toContain('is registered, and signs.');
      const checked = await run(['check', '--touch', 'ORB-1', '--yes', '--wait', '30']);
      expect(checked).toMatchObject({ code: 0, stderr: '' });
      expect(checked.stdout).toMatch(/was verified, signed with JIRA_WEBHOOK_SECRET\.\n$/);
      const removed = await run(['remove', '--yes']);
      expect([removed.code, jira.webhooks.size]).toEqual([0, 0]);
      for (const { stdout, stderr } of [registered, checked, removed])
        for (const secret of [TOKEN, SECRET]) expect(stdout + stderr).not.toContain(secret);
    },
  );

  it('takes the staged secret from the store, and fails when nothing signed with it arrives', async () => {
    const fake = await startSecretsManager(ARN);
    fake.put(JSON.stringify({ jira_webhook_secret: 'main', jira_webhook_secret_next: 'staged' }), Date.now());
    const env = { ...awsEnv(fake), JIRA_WEBHOOK_SECRET: undefined, JIRA_WEBHOOK_SECRET_ARN: ARN };
    const { code, stdout, stderr } = await run(['register', '--wait', '1'], env);
    expect(code).toBe(1);
    expect(stdout).toContain('signed with jira_webhook_secret_next. To cause one,');
    expect(stderr).toContain('No verified delivery arrived within 1 s.');
    expect([...jira.webhooks.values()].map(({ secret }) => secret)).toEqual(['staged']);
    await fake.close();
  });

  it('asks before it changes an issue or removes, and is wrong usage where nobody can answer', async () => {
    jira.site.create(jira.site.project('ORB'));
    await run(['register', '--wait', '0']);
    const before = jira.log.length;
    for (const args of [['remove'], ['check', '--touch', 'ORB-1']]) {
      const { code, stderr } = await run(args);
      expect(code).toBe(2);
      expect(stderr).toContain('There is no terminal to ask');
    }
    expect(jira.log.slice(before).every(({ method }) => method === 'GET')).toBe(true);
    expect(jira.webhooks.size).toBe(1);
  });

  it('says what an old server cannot do, and what is not there', async () => {
    const none = await run(['check']);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain(`No webhook of Jira Cloud delivers to ${instance.url}/webhooks/jira.`);
    await startOther('data-center-9');
    const old = await run(['register']);
    expect(old).toMatchObject({ code: 1, stdout: '' });
    expect(old.stderr).toContain('Jira Data Center or Server 9.12.4 cannot sign webhooks');
    expect(old.stderr).toContain('npm run connections -- add --kind jira --auth url');
    expect(jira.webhooks.size).toBe(0);
  });
});

describe('what people do wrong', () => {
  it.each([
    [['register', '--touch', 'ORB-1'], {}, 2, '--touch is for check only'],
    [['check', '--touch', 'no key'], {}, 2, '--touch takes the key of an issue'],
    [['begin'], {}, 2, 'register, check, remove'],
    [['check', '--outputs', 'x'], {}, 2, '--outputs needs --stage'],
    [['check'], { JIRA_SITE_URL: undefined }, 2, 'Which Jira? Set JIRA_SITE_URL'],
    [
      ['check'],
      { JIRA_SITE_URL: 'http://jira.example.com' },
      2,
      'JIRA_SITE_URL must be a base URL with https',
    ],
    [['check'], { JIRA_SITE_URL: 'https://me:canary@acme.example' }, 2, 'without user, password'],
    [['check'], { JIRA_ADMIN_TOKEN: undefined }, 2, 'set JIRA_ADMIN_TOKEN'],
    [['check'], { JIRA_ADMIN_TOKEN: 'canary two' }, 2, 'JIRA_ADMIN_TOKEN must be one line'],
    [['check'], { JIRA_ADMIN_TOKEN: 'canary' }, 1, 'Jira rejected the credentials.'],
    [['register'], { JIRA_WEBHOOK_SECRET: undefined }, 2, 'Which secret should Jira sign with?'],
  ])('%j with %j ends with %i and says: %s', async (args, env, code, words) => {
    const ended = await run(args, env);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toContain('canary');
  });

  it('falls back to the account that reads Jira, because one account may do both', async () => {
    const { JIRA_ADMIN_USER, JIRA_ADMIN_TOKEN } = jiraEnv(jira);
    const api = { JIRA_API_USER: JIRA_ADMIN_USER, JIRA_API_TOKEN: JIRA_ADMIN_TOKEN };
    const env = { ...api, JIRA_ADMIN_USER: undefined, JIRA_ADMIN_TOKEN: '' };
    expect((await run(['remove'], env)).stdout).toContain('nothing to remove');
    expect(jira.log[0]?.headers.authorization).toMatch(/^Basic /);
  });

  it('sends a token without a user as Data Center wants it', async () => {
    await run(['remove'], { JIRA_ADMIN_USER: undefined });
    expect(jira.log[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });
});
