import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestInstance, type TestInstance } from './instance.ts';
import { type Ended, runCli } from './run-cli.ts';

let instance: TestInstance;

beforeAll(async () => {
  instance = await startTestInstance();
});

afterAll(() => instance.stop());

const run = (...args: string[]): Promise<Ended> =>
  runCli('subscriptions', [...args, '--instance-file', instance.instanceFile]);

/** A tenant of its own for each test. */
let tenants = 0;
const newTenant = () => ['--tenant', `team-${++tenants}`];

/** An address that needs no name to be resolved, and where nobody is asked. */
const TARGET = 'https://93.184.216.34/hook';

const addIn = async (tenant: string[], ...args: string[]) => {
  const ended = await run('add', '--url', `${TARGET}?token=in-the-url`, ...tenant, '--yes', ...args);
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  const id = /sub_[\w-]{22}/.exec(ended.stdout)?.[0] ?? '';
  const key = /^Key +(\S.*)$/m.exec(ended.stdout)?.[1] ?? '';
  return { id, key, stdout: ended.stdout };
};

const rowOf = async (tenant: string[], id: string) =>
  JSON.parse((await run('show', id, '--json', ...tenant)).stdout);

const file = async (text: string): Promise<string> => {
  const path = join(instance.folder, `file-${Math.random()}`);
  await writeFile(path, text);
  return path;
};

describe('a subscription that is added', () => {
  it('shows its key once, and nothing of its URL but the host', async () => {
    const tenant = newTenant();
    const { id, key, stdout } = await addIn(
      tenant,
      ...['--event', 'jira:issue_*', '--project', 'OPS, SHOP', '--priority', 'by_issue'],
    );
    expect(key).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(stdout).toContain(`npm run subscriptions -- test ${id} ${tenant.join(' ')}\n`);
    const shown = await run('show', ...tenant);
    const listed = await run('list', ...tenant);
    expect(shown.stdout).toMatch(/^takes +event jira:issue_\*, project OPS or SHOP$/m);
    expect(shown.stdout).toMatch(/^signature +standard, a key of ours \(base64\), version 1$/m);
    expect(listed.stdout).toMatch(
      new RegExp(`^${id}  93\\.184\\.216\\.34  https://93\\.184\\.216\\.34/… `, 'm'),
    );
    for (const text of [stdout, shown.stdout, listed.stdout]) expect(text).not.toMatch(/hook|in-the-url/);
    for (const text of [shown.stdout, listed.stdout]) expect(text).not.toContain(key);
    expect(await rowOf(tenant, id)).toMatchObject({ priority: 'by_issue', executions: [] });
  });

  it('can bring URL, headers and key in files, and none of them is shown', async () => {
    const tenant = newTenant();
    const made = await run(
      ...['add', '--url-file', await file(`${TARGET}/a-long-path\n`), '--name', 'Brought', ...tenant],
      ...['--header-file', await file('X-Api-Key: the-value\n'), '--signature', 'hub-sha256'],
      ...['--secret-file', await file(`${Buffer.alloc(32, 7).toString('base64')}\n`)],
      ...['--secret-encoding', 'base64'],
    );
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toContain('the one you provided');
    const shown = await run('show', ...tenant);
    expect(shown.stdout).toMatch(/^headers +x-api-key$/im);
    expect(shown.stdout).toMatch(/^signature +hub-sha256, the receiver's own key \(base64\), version 1$/m);
    expect(made.stdout + shown.stdout).not.toMatch(/a-long-path|the-value|BwcHBwc/);
  });

  it('of raw events says what they hold, and asks before there is a second one of its name', async () => {
    const tenant = newTenant();
    const { stdout } = await addIn(tenant, '--format', 'raw', '--name', 'Twice');
    expect(stdout).toMatch(/^Note: .*e-mail addresses/m);
    const again = await run('add', '--url', TARGET, '--name', 'Twice', ...tenant);
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(again.stderr).toMatch(/has a subscription "Twice" \(sub_.*\)\. Make another\?/);
  });
});

describe('a subscription that is changed', () => {
  it('keeps the conditions that are not named, and loses one that is set to nothing', async () => {
    const tenant = newTenant();
    const { id } = await addIn(tenant, '--project', 'OPS', '--label', 'urgent');
    const changed = await run('change', id, ...tenant, '--label', '', '--event', 'x', '--timeout', '60');
    expect(changed.stdout).toContain('revision 2.');
    expect(await rowOf(tenant, id)).toMatchObject({
      filter: { projects: ['OPS'], labels: [], event_types: ['x'] },
      timeout_seconds: 60,
    });
  });

  it('shows the key that a first signature makes, because nobody can read it later', async () => {
    const tenant = newTenant();
    const { id } = await addIn(tenant, '--signature', 'none');
    const { stdout } = await run('change', id, ...tenant, '--signature', 'hub-sha256');
    expect(stdout).toMatch(/^Key +[0-9a-f]{64}$/m);
    expect((await run('change', id, ...tenant, '--signature', 'hub-sha256')).stdout).not.toContain('Key');
  });

  it('rotates with both keys, and at once where that is asked for', async () => {
    const tenant = newTenant();
    const { id, key } = await addIn(tenant);
    const rotated = await run('rotate', id, ...tenant);
    expect(rotated.stdout).toContain('For 24 hours what is sent is signed with both.');
    expect(/^Key +(\S+)$/m.exec(rotated.stdout)?.[1]).not.toBe(key);
    const again = await run('rotate', id, ...tenant);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('end it at once with --force')]);
    const last = ['rotate', id, ...tenant, '--force', '--grace-hours', '0'];
    expect((await run(...last)).code).toBe(2);
    expect((await run(...last, '--yes')).code).toBe(0);
    expect((await rowOf(tenant, id)).secret).toMatchObject({ version: 3, previous_until: null });
  });

  it('is paused for a reason, says how to go on, and is resumed', async () => {
    const tenant = newTenant();
    const { id } = await addIn(tenant);
    expect((await run('pause', id, ...tenant, '--reason', 'moving house')).code).toBe(0);
    const { stdout } = await run('show', ...tenant);
    expect(stdout).toMatch(/^status +paused since \S+: moving house$/m);
    expect(stdout).toContain(`To send again: npm run subscriptions -- resume ${id} ${tenant.join(' ')}\n`);
    expect((await run('resume', id, ...tenant)).stdout).toContain('is active');
  });

  it('is gone after it was removed', async () => {
    const tenant = newTenant();
    await addIn(tenant, '--name', 'Gone');
    expect((await run('remove', 'Gone', ...tenant)).code).toBe(2);
    expect((await run('remove', 'Gone', ...tenant, '--yes')).code).toBe(0);
    expect((await run('show', ...tenant)).stderr).toContain('there is no subscription');
  });
});

describe('matching', () => {
  it('says whether an event would be sent, and which rule says so', async () => {
    const delivered = await runCli('deliver', ['issue-created', ...instance.deliverTo]);
    const event = /evt_[0-9a-f]{40}/.exec(delivered.stdout)?.[0] ?? '';
    const add = ['add', '--url', TARGET, '--name', 'Later'];
    expect((await run(...add)).code).toBe(0);
    const matched = await run('match', 'Later', event);
    expect([matched.code, matched.stdout]).toEqual([
      0,
      expect.stringContaining('the rule matches_since says no'),
    ]);
    expect(JSON.parse((await run('match', 'Later', event, '--json')).stdout)).toMatchObject({
      matches: false,
      rule: 'matches_since',
    });
    const unknown = await run('match', 'Later', `evt_${'0'.repeat(40)}`);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('there is no such event')]);
  });
});

describe('what people do wrong', () => {
  const URL_FLAG = ['--url', TARGET];

  it.each([
    [['add'], 2, 'add needs --url, or --url-file'],
    [['add', '--url', 'agents'], 2, '--url must be a URL'],
    [['add', '--url', 'https://10.0.0.1/x'], 1, '--url: '],
    [['add', ...URL_FLAG, '--rate', 'many'], 2, '--rate must be a whole number'],
    [['add', ...URL_FLAG, '--rate', '9999'], 1, '--rate: must be'],
    [['add', ...URL_FLAG, '--concurrency', '51'], 2, 'from 1 to 50'],
    [['add', ...URL_FLAG, '--project', 'not a key'], 1, '--project: must be'],
    [['add', ...URL_FLAG, '--source', 'admin'], 1, '--source: must be one of'],
    [['add', ...URL_FLAG, '--event', 'a*b'], 1, '--event: must be an event type'],
    [['add', ...URL_FLAG, '--connection', 'Nobody'], 1, 'no connection with the id or name Nobody'],
    [['add', ...URL_FLAG, '--url-file', '-'], 2, 'either --url or --url-file'],
    [['add', ...URL_FLAG, '--secret-file', '/nowhere'], 2, '/nowhere cannot be read'],
    [['list', '--api', 'http://hooks.example.com'], 2, 'is not an https URL'],
    [['list', '--project', 'OPS'], 2, '--project is for add and change only'],
    [['list', 'sub_x'], 2, 'list takes no subscription'],
    [['match'], 2, 'match needs a subscription: its id or its name'],
    [['resume', 'x', 'evt_x'], 2, 'resume takes no event'],
    [['show', 'Nobody'], 1, 'no subscription with the id or name Nobody'],
  ])('%j ends with %i and says %j', async (args, code, words) => {
    const ended = await run(...args, '--tenant', 'team-of-mistakes', '--yes');
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toMatch(/^ {4}at /m);
  });

  it('names a header that cannot be set, and not its value', async () => {
    const headerFile = await file('Host: secret.example\n');
    const { code, stderr } = await run('add', ...URL_FLAG, '--header-file', headerFile);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^--header-file Host: /);
    expect(stderr).not.toContain('secret.example');
  });

  it('has an event, or a subscription, that it does not', async () => {
    const tenant = newTenant();
    const { id } = await addIn(tenant);
    expect((await run('match', id, ...tenant)).stderr).toContain('match needs an event');
    expect((await run('match', id, 'evt_1', ...tenant)).stderr).toContain('the event: must be the id');
    expect((await run('show', `sub_${'a'.repeat(22)}`, ...tenant)).stderr).toContain(
      `In tenant ${tenant[1]} there is no subscription sub_aaa`,
    );
    expect((await run('change', id, ...tenant)).stderr).toContain('change needs what to change');
  });
});
