import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONNECTION_KINDS } from '../../../src/domain/source.ts';
import { PROJECT_FOLDER } from '../../../src/local/project.ts';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';
import { startTestInstance, type TestInstance } from './instance.ts';
import { type Ended, runCli } from './run-cli.ts';

let instance: TestInstance;

beforeAll(async () => {
  instance = await startTestInstance();
});

afterAll(() => instance.stop());

const run = (...args: string[]): Promise<Ended> =>
  runCli('connections', [...args, '--instance-file', instance.instanceFile]);

/** What is printed once. */
const shownOnce = ({ stdout }: Ended) => ({
  id: /con_[\w-]{22}/.exec(stdout)?.[0] ?? '',
  secret: /^Secret +(\S+)$/m.exec(stdout)?.[1] ?? '',
});

/** A tenant of its own for each test. */
let tenants = 0;
const newTenant = () => ['--tenant', `team-${++tenants}`];

const SITE = ['--site', 'https://retail.example.net'];

const addIn = async (tenant: string[], ...args: string[]) => {
  const ended = await run('add', ...tenant, '--name', 'Retail Jira', '--yes', ...args);
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  return { ...shownOnce(ended), stdout: ended.stdout };
};

const secretFile = async (secret: string): Promise<string> => {
  const path = join(instance.folder, `secret-${Math.random()}`);
  await writeFile(path, `${secret}\n`);
  return path;
};

const deliver = async (tenant: string[], id: string, secret: string, ...files: string[]): Promise<Ended> =>
  runCli('deliver', [
    ...(files.length > 0 ? files : ['issue-created']),
    ...['--connection', id, '--secret-file', await secretFile(secret), ...tenant],
    ...['--instance-file', instance.instanceFile],
  ]);

/** A process that has just read a row knows of its change after 2 s at most. */
const isTakenSoon = (tenant: string[], id: string, secret: string): Promise<void> =>
  expect
    .poll(async () => (await deliver(tenant, id, secret)).code, { timeout: 10_000, interval: 500 })
    .toBe(0);

const rowOf = async (tenant: string[], id: string) =>
  JSON.parse((await run('show', id, '--json', ...tenant)).stdout);

describe('a team that is added', () => {
  it('gets URL and secret once, and with them its first delivery shows', async () => {
    const tenant = newTenant();
    const { id, secret, stdout } = await addIn(tenant, '--kind', 'jira', ...SITE);
    expect(stdout).toContain(`${instance.url}/webhooks/${id}`);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    const sent = await deliver(tenant, id, secret);
    expect(sent.stdout).toMatch(/issue-created +202/);
    const shown = await run('show', ...tenant);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^name +Retail Jira$/m);
    expect(shown.stdout).toMatch(/^secret +version 1, last used 20/m);
    expect(shown.stdout).toMatch(/202\d-.* evt_[0-9a-f]{40}$/m);
    expect(shown.stdout).not.toContain(secret);
  });

  it('is listed in its tenant and in no other', async () => {
    const [tenant, other] = [newTenant(), newTenant()];
    const { id } = await addIn(tenant, '--kind', 'github');
    expect((await run('list', ...tenant)).stdout).toContain(id);
    expect(JSON.parse((await run('list', '--json', ...tenant)).stdout)).toMatchObject([
      { connection_id: id },
    ]);
    expect((await run('list', ...other)).stdout).toBe(`Tenant ${other[1]} has no connection.\n`);
    const { code, stderr } = await run('show', id, ...other);
    expect(code).toBe(1);
    expect(stderr).toContain(`${other[1]} there is no connection ${id}. Other tenants: --tenant NAME`);
  });

  it('is asked about where its tenant may be new, because a typing error must not make one', async () => {
    const tenant = newTenant();
    const args = ['--kind', 'github', '--name', 'Code', ...tenant];
    const { code, stderr } = await run('add', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain('may be new');
    expect((await run('list', '--json', ...tenant)).stdout.trim()).toBe('[]');
    expect((await run('add', ...args, '--yes')).code).toBe(0);
    expect((await run('add', ...args, '--name', 'More code')).code).toBe(0);
  });

  it('is asked about where its name is taken, because a second secret would be another sender’s', async () => {
    const tenant = newTenant();
    const { id } = await addIn(tenant, '--kind', 'github');
    const { code, stderr } = await run('add', '--kind', 'github', '--name', 'Retail Jira', ...tenant);
    expect(code).toBe(2);
    expect(stderr).toContain(`has a connection "Retail Jira" (${id})`);
  });

  it('learns the site that its tenant has, when it names another', async () => {
    const tenant = newTenant();
    await addIn(tenant, '--kind', 'jira', ...SITE);
    const another = ['--site', 'https://jira.example.com'];
    const { code, stderr } = await run('add', '--kind', 'jira', '--name', 'x', ...tenant, ...another);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `The site of tenant ${tenant[1]} is ${SITE[1]}: leave --site out, or use another tenant for ${another[1]}.`,
    );
  });

  it('hears at once that Automation cannot sign, and sees why a body was not taken', async () => {
    const tenant = newTenant();
    const signed = await addIn(tenant, '--kind', 'automation', '--auth', 'signature', ...SITE);
    expect(signed.stdout).toMatch(/^Jira Automation itself cannot sign/);
    const body = join(instance.folder, 'no.json');
    await writeFile(body, '{"issue":');
    const sent = await deliver(tenant, signed.id, signed.secret, body);
    expect(sent.stdout).toMatch(/^4\d\d body-not-json: .*JSON/m);
    const [, event] = /(evt_\w{40})/.exec(sent.stdout) ?? [];
    const { stdout } = await run('show', ...tenant);
    expect(stdout).toContain(`\n\nWhy: npm run event -- ${event} --tenant ${tenant[1]}\n`);
  });

  it('can bring its own key, from a file, and that is not shown', async () => {
    const tenant = newTenant();
    const own = 'the key of another system';
    const { id, stdout } = await addIn(tenant, '--kind', 'github', '--secret-file', await secretFile(own));
    expect(stdout).toContain('the one you provided');
    expect(stdout).not.toContain(own);
    const body = join(instance.folder, 'push.json');
    await writeFile(
      body,
      JSON.stringify({ ref: 'refs/heads/main', repository: { full_name: 'a/b', id: 1 }, commits: [] }),
    );
    expect((await deliver(tenant, id, own, body)).stdout).toMatch(/push\.json +202/);
  });

  it('that cannot sign delivers with the secret in a header, or in the URL', async () => {
    const tenant = newTenant();
    const header = await addIn(tenant, '--kind', 'jira', '--auth', 'header', ...SITE);
    expect(header.stdout).toMatch(/^Header +X-Webhook-Secret$/m);
    expect((await deliver(tenant, header.id, header.secret)).code).toBe(0);
    const url = await addIn(tenant, '--kind', 'jira', '--auth', 'url', ...SITE);
    const token = /\?token=(\S+)/.exec(url.stdout)?.[1] ?? '';
    expect((await deliver(tenant, url.id, token)).code).toBe(0);
    expect((await deliver(tenant, url.id, 'another token')).stdout).toMatch(/issue-created +401/);
  });
});

describe('every sender that can be added', () => {
  const ways = CONNECTION_KINDS.flatMap((kind) => [
    [kind, 'signature', 'text'],
    [kind, 'signature', 'base64'],
    [kind, 'header', null],
    [kind, 'url', null],
  ]);

  it.each(ways)(
    '%s by %s (%s) is known by what it was shown, or is not made',
    async (kind, auth, encoding) => {
      const tenant = newTenant();
      const secretAs = encoding === null ? [] : ['--secret-encoding', encoding];
      const site = kind === 'jira' || kind === 'automation' ? SITE : [];
      const args = ['--kind', kind ?? '', '--auth', auth ?? '', ...secretAs, ...site];
      const made = await run('add', '--name', 'Any', '--yes', ...tenant, ...args);
      if (made.code !== 0) return expect(made.stderr).toMatch(/--(auth|secret-encoding): must be /);
      const { id, secret } = shownOnce(made);
      const shown = auth === 'url' ? (/token=(\S+)/.exec(made.stdout)?.[1] ?? '') : secret;
      const where = ['--secret-file', await secretFile(shown), ...tenant];
      const sent = await runCli('deliver', [
        ...['issue-created', '--connection', id, ...where, ...secretAs],
        ...['--instance-file', instance.instanceFile],
      ]);
      expect(sent.stdout).toMatch(/^issue-created +(202|422) /m);
    },
  );
});

describe('a secret on standard input', () => {
  it('is read from there, because a file would keep it', async () => {
    const tenant = newTenant();
    const { id, secret } = await addIn(tenant, '--kind', 'jira', ...SITE);
    const where = ['--connection', id, ...tenant, '--instance-file', instance.instanceFile];
    const sending = spawn(
      process.execPath,
      ['src/cli/deliver.ts', 'issue-created', '--secret-file', '-', ...where],
      { cwd: PROJECT_FOLDER, env: { PATH: process.env.PATH, ...COMPILE_CACHE } },
    );
    sending.stdin.end(secret);
    expect(await text(sending.stdout)).toMatch(/issue-created +202/);
  });
});

describe('a connection that is changed', () => {
  it('takes new settings, and loses those that are set to nothing', async () => {
    const tenant = newTenant();
    const { id } = await addIn(tenant, '--kind', 'jira', ...SITE, '--rate', '60', '--projects', 'SHOP, OPS');
    expect(await rowOf(tenant, id)).toMatchObject({
      rate: { per_minute: 60 },
      project_keys: ['SHOP', 'OPS'],
    });
    const { code } = await run('change', id, ...tenant, '--rate', '', '--projects', '', '--name', 'Shop');
    expect(code).toBe(0);
    expect(await rowOf(tenant, id)).toMatchObject({ rate: null, project_keys: [], name: 'Shop', rev: 2 });
  });

  it('rotates without losing a delivery, and at once where that is asked for', async () => {
    const tenant = newTenant();
    const { id, secret } = await addIn(tenant, '--kind', 'jira', ...SITE);
    const rotated = await run('rotate', id, ...tenant);
    const next = shownOnce(rotated).secret;
    expect(next).toMatch(/^[0-9a-f]{64}$/);
    expect(next).not.toBe(secret);
    for (const each of [secret, next]) expect((await deliver(tenant, id, each)).code).toBe(0);
    const again = await run('rotate', id, ...tenant);
    expect([again.code, again.stdout]).toEqual([1, '']);
    expect(again.stderr).toMatch(/verifies until 20.*wait until then, or end it at once with --force/);
    const last = await run('rotate', id, ...tenant, '--force', '--grace-hours', '0', '--yes');
    expect(last.code).toBe(0);
    await isTakenSoon(tenant, id, shownOnce(last).secret);
    expect((await rowOf(tenant, id)).secret).toMatchObject({ version: 3, previous_until: null });
  });

  it('is refused while it is a draft or disabled, and taken when it is active', async () => {
    const tenant = newTenant();
    const { id, secret } = await addIn(tenant, '--kind', 'jira', ...SITE, '--draft');
    expect((await deliver(tenant, id, secret)).stdout).toMatch(/issue-created +403 +connection-inactive/);
    expect((await run('activate', id, ...tenant)).stdout).toContain('is active');
    await isTakenSoon(tenant, id, secret);
    const reason = ['--reason', 'left the team'];
    expect((await run('disable', id, ...tenant, ...reason)).code).toBe(2);
    expect((await run('disable', id, ...tenant, ...reason, '--yes')).code).toBe(0);
    expect((await run('show', id, ...tenant)).stdout).toMatch(/^status +disabled since .*: left the team$/m);
  });

  it('is gone after it was removed, by its name too', async () => {
    const tenant = newTenant();
    const { id } = await addIn(tenant, '--kind', 'github');
    expect((await run('remove', 'Retail Jira', ...tenant)).code).toBe(2);
    expect((await run('remove', 'Retail Jira', ...tenant, '--yes')).code).toBe(0);
    expect((await run('show', id, ...tenant)).code).toBe(1);
    expect((await run('show', ...tenant)).stderr).toContain(`In tenant ${tenant[1]} there is no connection.`);
  });

  it('has a template with its own URL', async () => {
    const tenant = newTenant();
    const { id } = await addIn(tenant, '--kind', 'automation', ...SITE);
    const { code, stdout } = await run('template', ...tenant);
    expect(code).toBe(0);
    expect(stdout).toContain(`${instance.url}/webhooks/${id}?delivery={{now`);
    expect(stdout).toContain(`If it was lost: npm run connections -- rotate ${id} ${tenant.join(' ')}\n`);
  });
});

describe('what people do wrong', () => {
  it.each([
    [['add', '--name', 'x'], 2, 'add needs --kind and --name'],
    [['add', '--name', 'x', '--kind', 'gitea'], 2, 'Allowed choices are jira'],
    [['add', '--name', 'x', '--kind', 'jira'], 1, '--site: is required'],
    [['add', '--name', 'x', '--kind', 'github', '--auth', 'url'], 1, '--auth: must be signature or header'],
    [['add', '--name', 'x', '--kind', 'github', '--rate', 'many'], 2, '--rate must be a whole number'],
    [['add', '--name', 'x', '--kind', 'github', '--secret-file', '/nowhere'], 2, '/nowhere cannot be read'],
    [['add', '--name', 'x', '--kind', 'commits', '--secret-encoding', 'base64'], 2, 'npm run commits signs'],
    [['list', '--tenant', 'No Tenant'], 2, '--tenant must be'],
    [['list', '--outputs', 'x'], 2, '--outputs needs --stage'],
    [['list', '--url', 'http://hooks.example.com'], 2, 'is not an https URL'],
    [['show', '--force'], 2, '--force is for rotate only'],
    [['remove'], 2, 'remove needs a connection'],
    [['list', 'con_x'], 2, 'list takes no connection'],
    [['show', 'Nobody'], 1, 'no connection with the id or name Nobody'],
    [['start'], 2, 'init, new-master, list'],
  ])('%j ends with %i and says %j', async (args, code, words) => {
    const ended = await run(
      ...args,
      ...(args.includes('--tenant') ? [] : ['--tenant', 'team-of-mistakes']),
      '--yes',
    );
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toMatch(/^ {4}at /m);
  });

  it('has no instance running', async () => {
    const { code, stderr } = await runCli('connections', [
      'list',
      '--instance-file',
      '/nowhere/instance.json',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('start one with npm start');
  });

  it('names two connections alike', async () => {
    const tenant = newTenant();
    for (let n = 0; n < 2; n++) await addIn(tenant, '--kind', 'github');
    const { code, stderr } = await run('show', 'Retail Jira', ...tenant);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Which one\? Name its id:\n {2}con_.*\n {2}con_/);
  });
});
