import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ROUTES } from '../../../src/contract/routes.ts';
import { SECRET } from '../../support/app.ts';
import type { FakeGateway } from '../../support/gateway.ts';
import { ARN } from '../../support/rotation.ts';
import { getFrom } from '../../support/server-process.ts';
import type { ArrivedRequest } from '../../support/sigv4.ts';
import { BUCKET, type Deployed, startDeployed } from './deployed.ts';
import { type Ended, runCli } from './run-cli.ts';

const ISSUE = '99999999999999999901';

let deployed: Deployed;
let outputs: string;
/** A run where nothing is wrong, and what the gateway got of it. */
let well: Ended;
let sentWell: ArrivedRequest[];

beforeAll(async () => {
  deployed = await startDeployed();
  outputs = join(deployed.folder, 'outputs.json');
  const values = {
    ApiUrl: deployed.gateway.url,
    SecretArn: ARN,
    ArtifactsBucket: BUCKET,
    TableName: 'deployed',
  };
  await writeFile(outputs, JSON.stringify({ 'JiraWebhookSync-dev': values }));
  well = await smoke(['--yes']);
  sentWell = deployed.gateway.requests;
});

beforeEach(() => deployed.reset());

afterAll(() => deployed.stop());

const smoke = (args: string[], env: NodeJS.ProcessEnv = deployed.env): Promise<Ended> =>
  runCli('smoke', ['--outputs', outputs, ...args], env);

/** The table as check to result. */
const resultsOf = ({ stdout }: Ended): Record<string, string> =>
  Object.fromEntries(
    [...stdout.matchAll(/^([a-z-]+) +(ok|failed|skipped)/gm)].map(([, name, result]) => [name, result]),
  );

const ALL_OK = {
  health: 'ok',
  'tls-only': 'skipped',
  'unknown-path': 'ok',
  'wrong-method': 'ok',
  'head-and-options': 'ok',
  'body-over-our-limit': 'ok',
  'body-over-lambda-limit': 'ok',
  'body-over-gateway-limit': 'ok',
  'unsigned-refused': 'ok',
  'signed-delivery': 'ok',
  'same-bytes-again': 'ok',
  'read-refuses-unsigned': 'ok',
  'read-answers-signed': 'ok',
  'path-decoded-once': 'ok',
  'manage-refuses-unsigned': 'ok',
  'tenant-refuses-unsigned': 'ok',
  'tenant-is-the-path': 'ok',
  'connection-answers': 'ok',
  'reader-stays-in-default': 'skipped',
  'event-processed': 'ok',
  'run-document': 'ok',
  throttling: 'skipped',
};

describe('npm run smoke', () => {
  it('finds nothing wrong with what is right, and says what it saw', async () => {
    expect(resultsOf(well)).toEqual(ALL_OK);
    expect(well.code).toBe(0);
    expect(well.stdout).toContain('\n19 ok, 0 failed, 3 skipped\n');
    expect(well.stdout).toMatch(
      /signed-delivery +ok +202 applied, evt_[0-9a-f]{40}, gateway request gw-\d+\n/,
    );
    const guarded = ROUTES.filter(({ served_by }) => served_by === 'read').length;
    expect(well.stdout).toMatch(new RegExp(`read-refuses-unsigned +ok +${guarded} routes: 403 Forbidden\\n`));
    expect(well.stdout).toMatch(/run-document +ok +artifacts\/issues\/wave3\/jira_webhook\/\d{8}T\d{9}-/);
    const { body } = await getFrom(deployed.server.url, `/issues/${ISSUE}`);
    expect(body).toMatchObject({ issue_key: 'SMOKE-999999901', project_key: 'SMOKE' });
  });

  it('leaves no story without commits behind, because somebody would look for its commits', async () => {
    const { body } = await getFrom(deployed.server.url, '/gaps/stories-without-commits?project=SMOKE');
    expect(body.items).toEqual([]);
  });

  it('says how to remove the test issue, in a command that does it', async () => {
    const { stdout } = well;
    const command = `AWS_REGION=eu-central-1 ARTIFACTS_BUCKET=${BUCKET} npm run erase -- --issue ${ISSUE} --table deployed`;
    expect(stdout).toContain(`\nTo remove the test issue:\n  ${command}\n`);
    const { dynamodb_endpoint } = await deployed.readRecord();
    const args = ['--issue', ISSUE, '--table', 'deployed', '--endpoint', dynamodb_endpoint, '--yes'];
    const erased = await runCli('erase', args, { ...deployed.env, ARTIFACTS_BUCKET: BUCKET });
    expect(erased.code).toBe(0);
    expect((await getFrom(deployed.server.url, `/issues/${ISSUE}`)).status).toBe(404);
  });

  it('asks first, and sends nothing where nobody can answer', async () => {
    const before = deployed.secrets.requests.AWSCURRENT;
    const { code, stdout, stderr } = await smoke(['--burst']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`Smoke test of JiraWebhookSync-dev at ${deployed.gateway.url}`);
    expect(stderr).toContain(`the test issue SMOKE-999999901 (id ${ISSUE})`);
    expect(stderr).toContain('the alarm TooLarge goes off');
    expect(stderr).toContain('the alarm GatewayThrottled goes off');
    expect(stderr).toContain('add --yes');
    expect(deployed.gateway.requests).toEqual([]);
    expect(deployed.secrets.requests.AWSCURRENT).toBe(before);
  });

  it('decodes the secret as the receiver does', async () => {
    const jira_webhook_secret = Buffer.from(SECRET).toString('base64');
    const document = { jira_webhook_secret, jira_webhook_secret_encoding: 'base64' };
    deployed.secrets.put(JSON.stringify(document), Date.now());
    expect(resultsOf(await smoke(['--yes']))).toEqual(ALL_OK);
  });

  it('says why it cannot sign, and skips what needs a delivery', async () => {
    deployed.secrets.put('{"github_webhook_secret":"gh"}', Date.now());
    const missing = await smoke(['--yes']);
    expect(missing.code).toBe(1);
    expect(missing.stdout).toMatch(
      /signed-delivery +failed +The secret has no jira_webhook_secret, or it is/,
    );
    expect(missing.stdout).toMatch(/read-answers-signed +skipped +no delivery was accepted\n/);
    expect(missing.stdout).not.toContain('To remove the test issue');
    deployed.secrets.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' });
    expect((await smoke(['--yes'])).stdout).toMatch(
      /signed-delivery +failed +The secret arn:.* permission denied:/,
    );
  });

  it('ends with 1 when one check failed, and goes on with the others', async () => {
    deployed.gateway.guards = false;
    const ended = await smoke(['--yes']);
    expect(ended.code).toBe(1);
    const refusals = ['read-refuses-unsigned', 'manage-refuses-unsigned', 'tenant-refuses-unsigned'];
    expect(resultsOf(ended)).toEqual({
      ...ALL_OK,
      ...Object.fromEntries(refusals.map((name) => [name, 'failed'])),
    });
  });

  it('never shows the secret or what it signed, not even when nothing works', async () => {
    deployed.gateway.tamper = () => ({
      status: 500,
      headers: {},
      body: '{"message":"Internal Server Error"}',
    });
    const broken = await smoke(['--yes']);
    const sent = [...sentWell, ...deployed.gateway.requests].flatMap(({ headers }) =>
      [headers['x-hub-signature'], headers.authorization].flatMap((value) => value ?? []),
    );
    expect(sent.length).toBeGreaterThan(10);
    expect([well.code, broken.code]).toEqual([0, 1]);
    const said = [well, broken].map(({ stdout, stderr }) => stdout + stderr).join('\n');
    expect([SECRET, ...sent].filter((hidden) => said.includes(hidden))).toEqual([]);
  });

  it('sends a burst only when told to, last of all', async () => {
    deployed.gateway.burst = 20;
    const ended = await smoke(['--yes', '--burst']);
    expect(resultsOf(ended)).toEqual({ ...ALL_OK, throttling: 'ok' });
    expect(ended.stdout).toMatch(/throttling +ok .*81 times 429 Too Many Requests/);
    const targets = deployed.gateway.requests.map(({ target }) => target);
    expect(targets.slice(-100).every((target) => target === '/health')).toBe(true);
  });

  it('reads with the credentials of a profile', async () => {
    const credentials = join(deployed.folder, 'credentials');
    await writeFile(
      credentials,
      '[ops]\naws_access_key_id = AKIDOPS\naws_secret_access_key = the-key-of-ops\n',
    );
    const env = { ...deployed.endpoints, AWS_SHARED_CREDENTIALS_FILE: credentials };
    const ended = await smoke(['--yes', '--profile', 'ops'], env);
    expect(resultsOf(ended)).toEqual(ALL_OK);
    expect(ended.stdout).toContain('  AWS_PROFILE=ops AWS_REGION=');
    const callers = deployed.gateway.requests.flatMap(
      ({ headers }) => /Credential=(\w+)/.exec(String(headers.authorization))?.[1] ?? [],
    );
    expect([...new Set(callers)]).toEqual(['AKIDOPS']);
  });
});

describe('a reader', () => {
  const asReader = async (policy: FakeGateway['policy']): Promise<Ended> => {
    const credentials = join(deployed.folder, 'reader-credentials');
    await writeFile(
      credentials,
      '[reader]\naws_access_key_id = AKIDOPS\naws_secret_access_key = the-key-of-ops\n',
    );
    deployed.gateway.policy = policy;
    const env = { ...deployed.env, AWS_SHARED_CREDENTIALS_FILE: credentials };
    return smoke(['--yes', '--reader-profile', 'reader'], env);
  };

  it('of default is refused other tenants, bodies and connections, by a caller of its own', async () => {
    const ended = await asReader((caller, { target }) => caller !== 'AKIDOPS' || target === '/stats');
    expect(resultsOf(ended)).toEqual({ ...ALL_OK, 'reader-stays-in-default': 'ok' });
  });

  it('with `GET/*` is found out, because that grants every tenant', async () => {
    const ended = await asReader((caller, { method }) => caller !== 'AKIDOPS' || method === 'GET');
    expect(resultsOf(ended)).toEqual({ ...ALL_OK, 'reader-stays-in-default': 'failed' });
    expect(ended.stdout).toMatch(/reader-stays-in-default +failed +GET \/t\/default\/stats 200/);
  });
});

describe('a wrong call', () => {
  it('is refused when nothing names a region', async () => {
    const args = ['--url', deployed.gateway.url, '--secret-id', 'webhooks', '--yes'];
    const { code, stderr } = await runCli('smoke', args, {});
    expect(code).toBe(2);
    expect(stderr).toContain('The region is unknown: give --secret-id as an ARN, or set AWS_REGION');
  });

  it.each([
    [['--stage', 'prod'], 'has no outputs of JiraWebhookSync-prod (it has: JiraWebhookSync-dev)'],
    [['--outputs', '/nonexistent/outputs.json'], 'cannot be read (ENOENT)'],
    [['--url', 'http://hooks.example.com'], 'http://hooks.example.com is not an https URL'],
    [['--wait', '0'], 'It must be a whole number from 1 to 600'],
    [['--nonsense'], "unknown option '--nonsense'"],
  ])('with %j is refused, and nothing is sent', async (args, message) => {
    const { code, stdout, stderr } = await smoke([...args, '--yes']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(deployed.gateway.requests).toEqual([]);
  });
});
