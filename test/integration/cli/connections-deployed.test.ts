import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { ARN } from '../../support/rotation.ts';
import { verifySigV4 } from '../../support/sigv4.ts';
import { type Deployed, startDeployed } from './deployed.ts';
import { startReceiver } from './receiver.ts';
import { type Ended, runCli } from './run-cli.ts';

const NO_INSTANCE = ['--instance-file', '/nowhere/instance.json'];

let deployed: Deployed;
let outputs: string;
let token: string;

beforeAll(async () => {
  deployed = await startDeployed();
  outputs = join(deployed.folder, 'outputs.json');
  const values = { ApiUrl: deployed.gateway.url, SecretArn: ARN };
  await writeFile(outputs, JSON.stringify({ 'JiraWebhookSync-dev': values }));
  token = z.object({ manage_token: z.string() }).parse(await deployed.readRecord()).manage_token;
});

beforeEach(() => {
  deployed.reset();
  deployed.gateway.token = token;
});

afterAll(() => deployed.stop());

const run = (args: string[], env: NodeJS.ProcessEnv = deployed.env): Promise<Ended> =>
  runCli('connections', [...args, '--stage', 'dev', '--outputs', outputs, ...NO_INSTANCE], env);

const ADD = ['add', '--kind', 'github', '--name', 'Code', '--yes'];

describe('a deployment', () => {
  it('is managed by signed requests of one tenant, from the first master to the last connection', async () => {
    expect((await run(['init', '--yes'])).code).toBe(0);
    expect(JSON.parse(deployed.secrets.read('AWSCURRENT') ?? '{}')).toHaveProperty('connections_master_1');
    const tenant = ['--tenant', 'retail'];
    const added = await run([...ADD, ...tenant]);
    expect([added.code, added.stderr]).toEqual([0, '']);
    const id = /con_[\w-]{22}/.exec(added.stdout)?.[0] ?? '';
    expect(added.stdout).toContain(`show ${id} --tenant retail --stage dev --outputs ${outputs}`);
    for (const args of [['show'], ['rotate', id], ['disable', id, '--yes'], ['remove', id, '--yes']])
      expect(await run([...args, ...tenant])).toMatchObject({ code: 0, stderr: '' });
    const { requests } = deployed.gateway;
    expect(requests.every(({ target }) => target.startsWith('/t/retail/'))).toBe(true);
    expect(requests.filter(({ method }) => method !== 'GET').map(({ method }) => method)).toEqual([
      'POST',
      'POST',
      'POST',
      'DELETE',
    ]);
    for (const request of requests) expect(verifySigV4(request, { AKIDEXAMPLE: 'example' })).not.toBeNull();
  });

  it('is asked for subscriptions and executions in the same way', async () => {
    const where = ['--stage', 'dev', '--outputs', outputs, '--tenant', 'retail', ...NO_INSTANCE];
    const subscriptions = await runCli('subscriptions', ['list', ...where], deployed.env);
    expect(subscriptions).toMatchObject({ code: 0, stdout: 'Tenant retail has no subscription.\n' });
    const executions = await runCli('executions', ['list', ...where], deployed.env);
    expect(executions).toMatchObject({ code: 0, stdout: 'No executions.\n' });
    const { requests } = deployed.gateway;
    expect(requests.map(({ target }) => target.replace(/\?.*/, ''))).toEqual([
      '/t/retail/subscriptions',
      '/t/retail/executions',
      '/t/retail/executions',
    ]);
    for (const request of requests) expect(verifySigV4(request, { AKIDEXAMPLE: 'example' })).not.toBeNull();
  });

  it('changes nothing that somebody else changed meanwhile', async () => {
    const tenant = ['--tenant', 'changed-meanwhile'];
    await run([...ADD, ...tenant]);
    // Between reading the row and the change, another one came: what was read is older.
    deployed.gateway.tamper = ({ method }, reply) =>
      method === 'GET' ? { ...reply, body: reply.body.replace('"rev":1', '"rev":7') } : reply;
    const { code, stderr } = await run(['change', 'Code', '--rate', '60', ...tenant]);
    expect(code).toBe(1);
    expect(stderr).toContain('changed meanwhile by somebody else, so nothing was changed now: run it again');
    deployed.reset();
    expect(JSON.parse((await run(['show', '--json', ...tenant])).stdout)).toMatchObject({
      rev: 1,
      rate: null,
    });
  });

  it('says which permission is missing, because IAM itself says only Forbidden', async () => {
    const { code, stderr } = await run(['list', '--tenant', 'retail'], {
      ...deployed.env,
      AWS_SECRET_ACCESS_KEY: 'another',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('execute-api:Invoke on GET/t/retail/connections');
  });

  it('says that there are no credentials', async () => {
    const { code, stderr } = await run(['list'], deployed.endpoints);
    expect(code).toBe(1);
    expect(stderr).toContain('no valid AWS credentials were found');
  });
});

describe('an answer that says no', () => {
  const answering = async (status: number, body: object, args: string[]): Promise<Ended> => {
    const receiver = await startReceiver(() => ({ status, body }));
    try {
      return await runCli('connections', [...args, '--url', receiver.url, ...NO_INSTANCE], deployed.env);
    } finally {
      await receiver.close();
    }
  };

  const problem = (type: string, more = {}) => ({
    type: `urn:jira-webhook-sync:problem:${type}`,
    detail: 'in its own words',
    ...more,
  });

  it.each([
    [
      409,
      problem('stale-revision'),
      'changed meanwhile by somebody else, so nothing was changed now: run it again',
    ],
    [409, problem('no-master'), 'npm run connections -- init'],
    [409, problem('other-site'), 'in its own words'],
    [
      400,
      problem('bad-request', {
        errors: [
          { path: 'site_url', message: 'must be this' },
          { path: 'rate.per_minute', message: 'must be that' },
        ],
      }),
      '--site: must be this\n--rate: must be that\n',
    ],
    [503, problem('temporarily-unavailable'), 'nothing was changed: run it again'],
    [500, { message: 'Internal Server Error' }, 'Internal Server Error'],
    [502, {}, 'answered 502'],
    [201, { not: 'a connection' }, 'does it run the same version?'],
  ])('%i is told in words', async (status, body, words) => {
    const { code, stdout, stderr } = await answering(status, body, ADD);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(words);
  });

  it('may be lost, and then it is said that a change may have been made', async () => {
    const receiver = await startReceiver(() => 'hang up');
    const args = [...ADD, '--url', receiver.url, ...NO_INSTANCE];
    const { code, stderr } = await runCli('connections', args, deployed.env);
    await receiver.close();
    expect(code).toBe(1);
    expect(stderr).toContain('ECONNRESET');
    expect(stderr).toContain('The change may have been made: look with list');
  });
});
