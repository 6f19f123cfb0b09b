import { createHmac } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readEventFile, signEvent } from '../../src/cli/invoke/event-file.ts';
import { buildBundles } from '../../src/cli/shared/bundle.ts';
import { embeddedConfig } from '../../src/local/aws-config.ts';
import { functionNames } from '../../src/local/project.ts';
import { createDynamoDb } from '../../src/platform/dynamodb.ts';
import { ensureTable } from '../../src/store/calls/create-table.ts';
import { GIT_SHA, sharedBuild, sharedBundles } from '../support/bundles.ts';
import { some } from '../support/depth.ts';
import { RUN_FOLDER } from '../support/run-folder.ts';
import { startS3 } from '../support/s3.ts';
import {
  jiraEnv,
  type ScriptedJira,
  startScriptedJira,
  TOKEN,
} from '../support/scripted-jira/scripted-jira.ts';
import { startSecretsManager } from '../support/secrets-manager.ts';
import { noise } from '../support/seed.ts';
import { useEngine } from '../support/use-engine.ts';
import { type LambdaProcess, startLambda } from './bundle/lambda-process.ts';

const SECRET = 'a secret for tests';
const ARN = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:webhooks-AbCdEf';

let folder = '';
let bundles = '';
/** One of each for all tests that need nothing of its environment or its log. */
let ingest: LambdaProcess;
let read: LambdaProcess;
const engine = useEngine();
const running: LambdaProcess[] = [];

/** What the Lambda runtime sets, and the stack; nothing of this process. */
const lambdaEnv = (extra: Record<string, string> = {}): Record<string, string> => ({
  AWS_REGION: 'us-west-2',
  AWS_DEFAULT_REGION: 'us-west-2',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: 'ingest',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
  AWS_SESSION_TOKEN: 'example',
  LAMBDA_TASK_ROOT: '/var/task',
  _HANDLER: 'index.handler',
  TZ: ':UTC',
  TABLE_NAME: 'bundle-test',
  AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
  ...extra,
});

/**
 * Starts the function with nothing beside it: its one file alone in a folder outside the project.
 * @param beside files of the build that are not loaded at start
 */
const startAlone = async (
  name: string,
  env: Record<string, string>,
  beside: string[] = [],
): Promise<LambdaProcess> => {
  const alone = await mkdtemp(join(folder, 'alone-'));
  for (const file of ['index.mjs', ...beside]) await copyFile(join(bundles, name, file), join(alone, file));
  const lambda = await startLambda(alone, env);
  return lambda;
};

/** The same, ended after the test. */
const start: typeof startAlone = async (...args) => {
  const lambda = await startAlone(...args);
  running.push(lambda);
  return lambda;
};

const readyEvent = (name: string): APIGatewayProxyEventV2 =>
  signEvent(readEventFile(join(import.meta.dirname, '../events', `${name}.json`)), SECRET);

const post = (body: string, secret = SECRET, base64 = false): APIGatewayProxyEventV2 => {
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return {
    ...readyEvent('webhook-unsigned'),
    headers: { 'x-hub-signature': signature },
    body: base64 ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded: base64,
  };
};

const get = (path: string, query = ''): APIGatewayProxyEventV2 => {
  const event = readyEvent('get-issue');
  const http = { ...event.requestContext.http, path };
  return {
    ...event,
    rawPath: path,
    rawQueryString: query,
    requestContext: { ...event.requestContext, http },
  };
};

const issueBody = (id: string, key: string, fields: object = {}): string =>
  JSON.stringify({
    timestamp: 1772467200150,
    webhookEvent: 'jira:issue_updated',
    issue: { id, key, fields: { summary: 'A summary', updated: '2026-03-02T09:00:00.100-0700', ...fields } },
  });

/** Hands credentials out as a container's host does. */
const startCredentials = async (onAsked: (path: string) => void) => {
  const server = createServer(({ url = '' }, response) => {
    onAsked(url);
    response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        AccessKeyId: 'ASIAEXAMPLE',
        SecretAccessKey: 'example',
        Token: 'example',
        Expiration: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/of-the-container`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
};

/** A line in the embedded metric format, which CloudWatch takes for itself. */
const isMetric = (line: object): boolean => '_aws' in line;

const bodyOf = (answer: APIGatewayProxyStructuredResultV2) => JSON.parse(answer.body ?? '');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  const dynamodb = createDynamoDb(embeddedConfig(engine.endpoint));
  await ensureTable(dynamodb, 'bundle-test');
  bundles = await sharedBundles();
  ingest = await startAlone('ingest', lambdaEnv({ JIRA_WEBHOOK_SECRET: SECRET }));
  read = await startAlone('read', lambdaEnv({ AWS_LAMBDA_FUNCTION_NAME: 'read' }));
});

afterEach(() => Promise.all(running.splice(0).map((lambda) => lambda.end())));

afterAll(async () => {
  await Promise.all([ingest, read].map((lambda) => lambda.end()));
  await rm(folder, { recursive: true });
});

describe('npm run build', () => {
  it('makes one folder for each function, with the file Lambda loads and its source map', async () => {
    const { code, stdout } = await sharedBuild();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ingest +\S+\/ingest\/index\.mjs +\d+ +\d+$/m);
    expect((await readdir(bundles, { recursive: true })).sort()).toEqual([
      'correlate',
      'correlate/credentials.mjs',
      'correlate/credentials.mjs.map',
      'correlate/index.mjs',
      'correlate/index.mjs.map',
      'correlate/objects-in-s3.mjs',
      'correlate/objects-in-s3.mjs.map',
      'ingest',
      'ingest/credentials.mjs',
      'ingest/credentials.mjs.map',
      'ingest/index.mjs',
      'ingest/index.mjs.map',
      'ingest/objects-in-s3.mjs',
      'ingest/objects-in-s3.mjs.map',
      'manage',
      'manage/credentials.mjs',
      'manage/credentials.mjs.map',
      'manage/index.mjs',
      'manage/index.mjs.map',
      'publish',
      'publish/credentials.mjs',
      'publish/credentials.mjs.map',
      'publish/index.mjs',
      'publish/index.mjs.map',
      'read',
      'read/credentials.mjs',
      'read/credentials.mjs.map',
      'read/index.mjs',
      'read/index.mjs.map',
      'read/objects-in-s3.mjs',
      'read/objects-in-s3.mjs.map',
      'reconcile',
      'reconcile/credentials.mjs',
      'reconcile/credentials.mjs.map',
      'reconcile/index.mjs',
      'reconcile/index.mjs.map',
      'reconcile/objects-in-s3.mjs',
      'reconcile/objects-in-s3.mjs.map',
      'send',
      'send/credentials.mjs',
      'send/credentials.mjs.map',
      'send/index.mjs',
      'send/index.mjs.map',
      'send/objects-in-s3.mjs',
      'send/objects-in-s3.mjs.map',
      'sweep',
      'sweep/credentials.mjs',
      'sweep/credentials.mjs.map',
      'sweep/index.mjs',
      'sweep/index.mjs.map',
      'sweep/objects-in-s3.mjs',
      'sweep/objects-in-s3.mjs.map',
    ]);
  });

  it.each(some(1, functionNames()))(
    'makes the same bytes of %s each time, because a deployment is decided by them',
    { tags: ['deep'] },
    async (name) => {
      // As deep as the shared ones: source maps name the sources from where they are.
      const out = join(await mkdtemp(join(RUN_FOLDER, 'built-')), 'out');
      await buildBundles([name], out, GIT_SHA);
      for (const file of ['index.mjs', 'index.mjs.map']) {
        const [first, second] = await Promise.all(
          [bundles, out].map((build) => readFile(join(build, name, file))),
        );
        expect(first?.length).toBeGreaterThan(10_000);
        expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
      }
    },
  );

  it('keeps the sources out of the source map, because it is for stack traces only', async () => {
    const map = JSON.parse(await readFile(join(bundles, 'ingest/index.mjs.map'), 'utf8'));
    expect(map.sources.some((source: string) => source.endsWith('src/entries/ingest.ts'))).toBe(true);
    expect(map).not.toHaveProperty('sourcesContent');
  });

  it.each(functionNames())(
    'leaves the languages of zod out of %s, because they double what a start loads',
    async (name) => {
      const map = JSON.parse(await readFile(join(bundles, name, 'index.mjs.map'), 'utf8'));
      expect(map.sources.filter((source: string) => source.includes('zod/v4/locales/'))).toEqual([]);
    },
  );

  it('leaves nothing of an earlier build, because all of the folder is deployed', async () => {
    expect((await readdir(join(bundles, 'read'))).sort()).toEqual([
      'credentials.mjs',
      'credentials.mjs.map',
      'index.mjs',
      'index.mjs.map',
      'objects-in-s3.mjs',
      'objects-in-s3.mjs.map',
    ]);
  });
});

describe('the ingest bundle alone in a clean process', () => {
  it('needs no package beside it and exports what Lambda calls', () => {
    expect(ingest.greeting).toEqual(['there is no zod', 'function']);
  });

  it('answers the ready events as the routes are written', async () => {
    const answers: [string, number | undefined, string][] = [];
    for (const name of [
      'health',
      'webhook-issue-created',
      'webhook-issue-created',
      'webhook-issue-updated-base64',
      'webhook-unsigned',
      'webhook-forged',
      'webhook-not-json',
      'webhook-wrong-method',
      'unknown-path',
    ]) {
      const answer = await ingest.invoke(readyEvent(name));
      const { outcome, status, type } = bodyOf(answer);
      answers.push([name, answer.statusCode, outcome ?? type ?? status]);
    }
    expect(answers).toEqual([
      ['health', 200, 'ok'],
      ['webhook-issue-created', 202, 'applied'],
      ['webhook-issue-created', 200, 'duplicate'],
      ['webhook-issue-updated-base64', 202, 'applied'],
      ['webhook-unsigned', 401, 'urn:jira-webhook-sync:problem:signature-refused'],
      ['webhook-forged', 401, 'urn:jira-webhook-sync:problem:signature-refused'],
      ['webhook-not-json', 400, 'urn:jira-webhook-sync:problem:body-not-json'],
      ['webhook-wrong-method', 405, 'urn:jira-webhook-sync:problem:method-not-allowed'],
      ['unknown-path', 404, 'urn:jira-webhook-sync:problem:not-found'],
    ]);
  });

  it('takes the same bytes as text and as base64 for the same delivery', async () => {
    const body = issueBody('20001', 'SAME-1', { summary: 'ä – 😀' });
    const first = bodyOf(await ingest.invoke(post(body)));
    const second = await ingest.invoke(post(body, SECRET, true));
    expect(second.statusCode).toBe(200);
    expect(bodyOf(second)).toMatchObject({ outcome: 'duplicate', event_id: first.event_id });
  });

  it('logs JSON lines that name the build, because that is how a log leads to its code', async () => {
    const own = await start('ingest', lambdaEnv({ JIRA_WEBHOOK_SECRET: SECRET }));
    await own.invoke(post(issueBody('20002', 'LOGS-1')));
    const lines = (await own.end()).map((line) => JSON.parse(line));
    const [counts, logged] = [lines.filter(isMetric), lines.filter((line) => !isMetric(line))];
    expect(logged).toMatchObject([
      { git_sha: GIT_SHA, issue_key: 'LOGS-1', outcome: 'applied', status: 202 },
    ]);
    expect(counts).toMatchObject([{ service: 'bundle-test', JiraDeliveriesTaken: 1 }]);
  });

  it('logs JSON lines even with RC_LOG_JSON=false, because the formatter would be a tenth of the bundle', async () => {
    const own = await start('ingest', lambdaEnv({ JIRA_WEBHOOK_SECRET: SECRET, RC_LOG_JSON: 'false' }));
    await own.invoke(post(issueBody('20003', 'LOGS-2')));
    const lines = (await own.end()).map((line) => JSON.parse(line));
    expect(lines.filter((line) => !isMetric(line))).toMatchObject([{ issue_key: 'LOGS-2' }]);
  });

  it('does not start without a secret, and says which variable is missing', async () => {
    await expect(start('ingest', lambdaEnv())).rejects.toThrow('JIRA_WEBHOOK_SECRET_ARN must be set');
  });

  it('verifies with the secret behind the ARN', async () => {
    const secrets = await startSecretsManager(ARN);
    try {
      secrets.put(JSON.stringify({ jira_webhook_secret: 'in the store' }), Date.now());
      const env = lambdaEnv({
        JIRA_WEBHOOK_SECRET_ARN: ARN,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
      });
      const own = await start('ingest', env);
      expect((await own.invoke(readyEvent('health'))).statusCode).toBe(200);
      const body = issueBody('20004', 'SECRET-1');
      expect((await own.invoke(post(body, 'in the store'))).statusCode).toBe(202);
      expect((await own.invoke(post(body, SECRET))).statusCode).toBe(401);
      const [line] = (await own.end()).map((text) => JSON.parse(text)).filter((one) => !isMetric(one));
      expect(line).toMatchObject({ outcome: 'applied', secret: 'jira_webhook_secret' });
    } finally {
      await secrets.close();
    }
  });

  it('asks every other place for credentials when the environment has none, because not only Lambda runs it', async () => {
    const asked: string[] = [];
    await using place = await startCredentials((path) => asked.push(path));
    const {
      AWS_ACCESS_KEY_ID: _id,
      AWS_SECRET_ACCESS_KEY: _key,
      AWS_SESSION_TOKEN: _token,
      ...env
    } = lambdaEnv({
      JIRA_WEBHOOK_SECRET: SECRET,
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no such file'),
      AWS_CONFIG_FILE: join(folder, 'no such file'),
      AWS_CONTAINER_CREDENTIALS_FULL_URI: place.url,
    });
    const own = await start('ingest', env, ['credentials.mjs']);
    expect((await own.invoke(post(issueBody('20006', 'CREDENTIALS-1')))).statusCode).toBe(202);
    expect(asked).toEqual(['/of-the-container']);
  });

  it('puts a large body into the bucket first, and asks to come again while it cannot', async () => {
    const s3 = await startS3('artifacts-of-tests');
    try {
      const env = lambdaEnv({
        JIRA_WEBHOOK_SECRET: SECRET,
        ARTIFACTS_BUCKET: 'artifacts-of-tests',
        AWS_ENDPOINT_URL_S3: s3.endpoint,
      });
      const own = await start('ingest', env, ['objects-in-s3.mjs']);
      const body = issueBody('20005', 'LARGE-1', {
        customfield_10050: noise(900_000).toString('base64'),
      });
      s3.fail({ kind: 'error', status: 503, code: 'SlowDown' });
      expect((await own.invoke(post(body, SECRET, true))).statusCode).toBe(503);
      s3.heal();
      const answer = await own.invoke(post(body, SECRET, true));
      expect(answer.statusCode).toBe(202);
      const path = `/artifacts-of-tests/artifacts/raw/${bodyOf(answer).event_id}`;
      expect([...s3.objects.keys()]).toEqual([path]);
      expect(s3.objects.get(path)?.equals(Buffer.from(body))).toBe(true);
    } finally {
      await s3.close();
    }
  });
});

describe('the read bundle alone in a clean process', () => {
  it('answers what ingest has stored', async () => {
    const taken = bodyOf(
      await ingest.invoke(post(issueBody('30001', 'READ-1', { status: { name: 'Done' } }))),
    );
    expect(read.greeting).toEqual(['there is no zod', 'function']);
    const snapshot = bodyOf(await read.invoke(get('/issues/read-1')));
    expect(snapshot).toMatchObject({ issue_id: '30001', issue_key: 'READ-1', status: 'Done' });
    expect(bodyOf(await read.invoke(get('/issues', 'project=READ')))).toEqual({
      issues: [snapshot],
      next_cursor: null,
    });
    const event = bodyOf(await read.invoke(get(`/events/${taken.event_id}`)));
    expect(event).toMatchObject({ event_id: taken.event_id, outcome: 'applied' });
    expect(bodyOf(await read.invoke(get('/issues/30001/events'))).events).toEqual([event]);
    expect(bodyOf(await read.invoke(get('/events', 'limit=100'))).events).toContainEqual(event);
    expect(bodyOf(await read.invoke(get('/stats'))).outcomes.applied).toBeGreaterThan(0);
  });

  it('needs no secret and refuses what is no question', async () => {
    const statuses: (number | undefined)[] = [];
    for (const event of [get('/issues/NOTHING-1'), get('/issues'), get('/events', 'date=x'), get('/nothing')])
      statuses.push((await read.invoke(event)).statusCode);
    expect(statuses).toEqual([404, 400, 400, 404]);
  });
});

/** A record of the table's stream as the event source mapping hands it over. */
const record = (pk: string, sk: string, sequence: number) => ({
  eventID: `id-${sequence}`,
  eventName: 'INSERT',
  eventSource: 'aws:dynamodb',
  dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, SequenceNumber: `10000000000000000000${sequence}` },
});

const FOLDER = '/artifacts-of-tests/artifacts/issues/wave3/jira_webhook/';

describe('the correlate and sweep bundles alone in a clean process', () => {
  it('write the documents into the bucket, and only report what they could not handle', async () => {
    const s3 = await startS3('artifacts-of-tests');
    try {
      const env = lambdaEnv({
        ARTIFACTS_BUCKET: 'artifacts-of-tests',
        AWS_ENDPOINT_URL_S3: s3.endpoint,
      });
      const { event_id } = bodyOf(await ingest.invoke(post(issueBody('40001', 'RUN-1'))));
      const correlate = await start('correlate', env, ['objects-in-s3.mjs']);
      expect(correlate.greeting).toEqual(['there is no zod', 'function']);
      const Records = [record('I#default#40001', 'S', 1), record(`E#${event_id}`, 'E', 2)];
      expect(await correlate.call({ Records })).toEqual({ batchItemFailures: [] });
      const names = [...s3.objects.keys()].map((key) => key.replace(FOLDER, '')).sort();
      expect(names).toEqual([
        expect.stringMatching(/^\d{8}T\d{9}-[0-9A-Z]{26}\.json$/),
        'latest.json',
        'latest_summary.json',
      ]);
      const latest = JSON.parse(s3.objects.get(`${FOLDER}latest.json`)?.toString() ?? '');
      expect(latest).toMatchObject({
        git_sha: GIT_SHA,
        correlation: { stories_without_commits: [{ issue_key: 'RUN-1' }] },
      });
      const lines = (await correlate.end()).map((line) => JSON.parse(line));
      expect(lines.filter(isMetric)).toMatchObject([{ EventsProcessed: 1 }]);
      expect(lines.filter((line) => !isMetric(line))).toMatchObject([{ msg: 'correlation' }]);
    } finally {
      await s3.close();
    }
  });

  it('sweeps without an event, because a schedule has nothing to say', async () => {
    const sweep = await start('sweep', lambdaEnv({ ARTIFACTS_DIR: folder }));
    expect(sweep.greeting).toEqual(['there is no zod', 'function']);
    expect(await sweep.call({})).toEqual({ found: 0, complete: true });
  });
});

describe('the reconcile bundle alone in a clean process', () => {
  let jira: ScriptedJira;

  beforeAll(async () => {
    jira = await startScriptedJira('cloud');
    const project = jira.site.project('LOAD');
    for (let n = 0; n < 3; n += 1) jira.site.create(project, { summary: `Issue ${n}` });
    jira.index.catchUp();
  });

  afterAll(() => jira.close());

  const reconcile = (extra: Record<string, string> = {}) =>
    start('reconcile', lambdaEnv({ ARTIFACTS_DIR: folder, ...extra }));

  /** What a process logged, and what it counted. */
  const end = async (lambda: LambdaProcess) => {
    const lines = (await lambda.end()).map((line) => JSON.parse(line));
    return { logged: lines.filter((line) => !isMetric(line)), counted: lines.filter(isMetric) };
  };

  it('says what is missing, turn for turn, because a person must do something and nothing else failed', async () => {
    const lambda = await reconcile({ JIRA_SITE_URL: jira.url });
    expect(lambda.greeting).toEqual(['there is no zod', 'function']);
    expect(await lambda.call({})).toMatchObject({ outcome: 'failed' });
    const { logged, counted } = await end(lambda);
    expect(logged).toMatchObject([
      {
        alarm: 'reconcile-failed',
        reason: expect.stringMatching(/^[^\n]*JIRA_API_SECRET_ARN must be set[^\n]*$/),
      },
    ]);
    expect(counted).toEqual([]);
  });

  it('loads a site without an event, and shows the token to nobody', async () => {
    const { JIRA_SITE_URL, JIRA_ADMIN_USER: JIRA_API_USER } = jiraEnv(jira);
    const lambda = await reconcile({
      JIRA_SITE_URL,
      JIRA_API_USER,
      JIRA_API_TOKEN: TOKEN,
      RECONCILE_RATE: '100',
    });
    expect(await lambda.call({})).toMatchObject({ outcome: 'done', fault: null });
    expect(jira.most_at_once).toBeLessThanOrEqual(4);
    const { logged, counted } = await end(lambda);
    expect(logged).toMatchObject([{ outcome: 'done', loops: { census: { complete: true, new: 3 } } }]);
    expect(counted).toContainEqual(expect.objectContaining({ service: 'bundle-test', IssuesObserved: 3 }));
    expect(JSON.stringify([logged, counted])).not.toContain(TOKEN);
    expect(bodyOf(await read.invoke(get('/issues', 'project=LOAD'))).issues).toHaveLength(3);
    expect(bodyOf(await read.invoke(get('/reconciliation'))).loops.census.last_complete).toMatchObject({
      counters: { new: 3 },
    });
  });
});
