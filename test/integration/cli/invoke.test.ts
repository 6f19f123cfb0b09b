import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedBundles } from '../../support/bundles.ts';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';
import { some } from '../../support/depth.ts';
import { SECRET, startTestInstance, type TestInstance } from './instance.ts';
import { runCli, spawnCli } from './run-cli.ts';

/** The commits route, GitLab's token, and one of those that sign and have an event header. */
const SOURCES = [
  ...(['commits', 'gitlab'] as const),
  ...some(1, ['github', 'bitbucket', 'bitbucket_server'] as const),
];

let instance: TestInstance;
let bundles = '';

/** Calls a ready event, on the instance's table. */
const invoke = (event: string, args: string[] = [], env: NodeJS.ProcessEnv = {}, run = runCli) =>
  run('invoke', [`test/events/${event}.json`, '--bundles', bundles, ...args, ...instance.table], {
    JIRA_WEBHOOK_SECRET: SECRET,
    ...COMPILE_CACHE,
    ...instance.env,
    ...env,
  });

beforeAll(async () => {
  instance = await startTestInstance();
  bundles = await mkdtemp(join(tmpdir(), 'bundles-'));
  // All but that of ingest, which is to be built.
  await cp(join(await sharedBundles(), 'read'), join(bundles, 'read'), { recursive: true });
});

afterAll(async () => {
  await instance.stop();
  await rm(bundles, { recursive: true });
});

describe('npm run invoke', () => {
  it('builds the bundle where there is none, signs the event and prints the answer', async () => {
    const { code, stdout, stderr } = await invoke('webhook-issue-created', [], {}, spawnCli);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      statusCode: 202,
      body: { outcome: 'applied', issue_key: 'DEMO-1' },
    });
    expect(stderr).toContain(`Building ${join(bundles, 'ingest/index.mjs')}`);
    expect(stderr).toContain('"outcome":"applied"');
    expect((await instance.get('/issues/DEMO-1')).body).toMatchObject({ summary: 'Pay by invoice' });
  });

  it('signs the decoded bytes of a base64 body, and does not build again', async () => {
    const { code, stdout, stderr } = await invoke('webhook-issue-updated-base64');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ statusCode: 202, body: { outcome: 'applied' } });
    expect(stderr).not.toContain('Building');
    expect((await instance.get('/issues/DEMO-1')).body).toMatchObject({
      summary: 'Pay by invoice – für alle',
    });
  });

  it('calls the function whose path it is', async () => {
    const { code, stdout } = await invoke('get-issue');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      statusCode: 200,
      body: { issue_id: '10001', status: 'In Progress' },
    });
  });

  it('calls another one where it is told to, which has no such route', async () => {
    const { code, stdout } = await invoke('get-issue', ['--function', 'ingest']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ statusCode: 404 });
  });

  it.each(SOURCES)(
    'signs an event from %s with the secret of its own',
    { tags: ['deep'] },
    async (source) => {
      const event = source === 'commits' ? 'webhook-commits' : `webhook-${source}-push`;
      const secret = { [`${source.toUpperCase()}_WEBHOOK_SECRET`]: `for ${source}` };
      const { code, stdout, stderr } = await invoke(event, [], secret);
      expect(stderr).toContain(`"source":"${source}"`);
      expect(JSON.parse(stdout)).toMatchObject({ statusCode: 202, body: { outcome: 'recorded' } });
      expect(code).toBe(0);
    },
  );

  it('takes a flag for the secret of the source that sends the event', async () => {
    const { stdout } = await invoke('webhook-commits', ['--secret', 'of the flag']);
    expect(JSON.parse(stdout)).toMatchObject({ statusCode: 200, body: { status: 'duplicate' } });
  });

  it('asks for the variable of the source where it knows no secret', async () => {
    const { code, stderr } = await invoke('webhook-github-push');
    expect(code).toBe(2);
    expect(stderr).toContain('give --secret or set GITHUB_WEBHOOK_SECRET');
  });

  it('ends with 1 when the answer is a refusal', async () => {
    const { code, stdout } = await invoke('webhook-forged');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ statusCode: 401 });
  });

  it('shows what the function printed when it does not start, without a stack', async () => {
    const { code, stdout, stderr } = await invoke('health', [], { JIRA_WEBHOOK_SECRET: undefined });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^JIRA_WEBHOOK_SECRET_ARN must be set.*\nThe function ended without an answer/);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('wants a secret only for an event that is to be signed', async () => {
    const { code, stderr } = await invoke('webhook-issue-created', [], { JIRA_WEBHOOK_SECRET: undefined });
    expect(code).toBe(2);
    expect(stderr).toContain('The event needs a signature: give --secret or set JIRA_WEBHOOK_SECRET');
  });

  it('names a wrong variable of the environment', async () => {
    const { code, stderr } = await invoke('health', [], { LOG_LEVEL: 'loud' });
    expect(code).toBe(2);
    expect(stderr).toContain('LOG_LEVEL must be one of');
  });

  it('is wrong usage with what is no event', async () => {
    const { code, stderr } = await runCli('invoke', ['package.json', ...instance.table], instance.env);
    expect(code).toBe(2);
    expect(stderr).toContain('package.json is not an API Gateway HTTP API event');
  });
});
