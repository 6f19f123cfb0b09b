import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { FUNCTIONS, type FunctionName } from '../../../lib/functions/registry.ts';
import { readEventFile, signEvent } from '../../../src/cli/invoke/event-file.ts';
import { signatureOf } from '../../../src/cli/shared/exchange.ts';
import { ENV } from '../../../src/contract/env-variables.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { createSubscription } from '../../../src/store/subscriptions/change-subscription.ts';
import type { SubscriptionRow } from '../../../src/store/subscriptions/subscription-row.ts';
import { openApp } from '../../support/app.ts';
import { sharedBundles } from '../../support/bundles.ts';
import { MASTERS } from '../../support/connected.ts';
import { someRun } from '../../support/connections.ts';
import { type FakeS3, startS3 } from '../../support/s3.ts';
import { type ScriptedJira, startScriptedJira, TOKEN } from '../../support/scripted-jira/scripted-jira.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../support/secrets-manager.ts';
import { noise } from '../../support/seed.ts';
import { subscriptionTo } from '../../support/targets.ts';
import { useEngine } from '../../support/use-engine.ts';
import { rightsOf } from '../../unit/lib/function-resources.ts';
import { asText } from '../../unit/lib/statements.ts';
import {
  A_SITE,
  EVERYTHING_SET,
  SENDING,
  type SynthesizedStack,
  synthStack,
} from '../../unit/lib/synth-stack.ts';
import { type LambdaProcess, startLambda } from '../bundle/lambda-process.ts';
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.ts';

const SECRET = 'a secret for tests';
const ARN = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:webhooks-AbCdEf';
const TOKEN_ARN = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:jira-token-AbCdEf';
const TABLE = 'table-of-the-template';
const BUCKET = 'bucket-of-the-template';

let bundles = '';
let stack: SynthesizedStack;
const engine = useEngine();
let table: RecordingProxy;
let s3: FakeS3;
let secrets: FakeSecretsManager;
/** Where Jira's token is, and nothing else. */
let tokens: FakeSecretsManager;
let jira: ScriptedJira;
const running: LambdaProcess[] = [];

const deployedFunction = z.object({
  Properties: z.object({
    Code: z.object({ S3Key: z.string() }),
    Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
  }),
});

const functionOf = ({ template }: SynthesizedStack, name: FunctionName) => {
  const start = `Functions${name[0]?.toUpperCase()}${name.slice(1)}`;
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  return deployedFunction.parse(functions.find(([id]) => id.startsWith(start))?.[1]).Properties;
};

/** The folder that is zipped and deployed: the template names it by its contents. */
const assetOf = (name: FunctionName): string =>
  join(stack.app.outdir, `asset.${functionOf(stack, name).Code.S3Key.replace('.zip', '')}`);

/** What the template's references become when the stack is there. */
const DEPLOYED: Record<string, string> = {
  '<EventTable>': TABLE,
  '<ArtifactBucket>': BUCKET,
  '<WebhookSecret>': ARN,
  '<JiraTokenSecret>': TOKEN_ARN,
};

/** The environment of the template, and what Lambda itself sets; endpoints in place of AWS. */
const environmentOf = (name: FunctionName): Record<string, string> => {
  const { Variables } = functionOf(stack, name).Environment;
  const values = Object.entries(Variables).map(([key, value]) => [
    key,
    DEPLOYED[asText(value)] ?? asText(value),
  ]);
  return {
    ...Object.fromEntries(values),
    AWS_REGION: 'us-west-2',
    AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_SESSION_TOKEN: 'example',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    // Nobody listens: a hint and a message may get lost.
    AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:9',
    AWS_ENDPOINT_URL_SNS: 'http://127.0.0.1:9',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: (name === 'reconcile' ? tokens : secrets).endpoint,
    ...('OWN_HOSTS' in Variables ? { OWN_HOSTS: 'api.example.com' } : {}),
    ...('JIRA_SITE_URL' in Variables ? { JIRA_SITE_URL: jira.url } : {}),
  };
};

const start = async (name: FunctionName): Promise<LambdaProcess> => {
  const lambda = await startLambda(assetOf(name), environmentOf(name));
  running.push(lambda);
  return lambda;
};

const filesOf = async (folder: string): Promise<Record<string, string>> => {
  const names = (await readdir(folder)).sort();
  const files = names.map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')]);
  return Object.fromEntries(await Promise.all(files));
};

const readyEvent = (name: string): APIGatewayProxyEventV2 =>
  readEventFile(join(import.meta.dirname, '../../events', `${name}.json`));

const post = (path: string, body: string): APIGatewayProxyEventV2 => {
  const event = readyEvent('webhook-unsigned');
  const http = { ...event.requestContext.http, path };
  return {
    ...event,
    rawPath: path,
    headers: { 'x-hub-signature-256': signatureOf(SECRET, Buffer.from(body)) },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
    requestContext: { ...event.requestContext, http },
  };
};

const get = (path: string, query = ''): APIGatewayProxyEventV2 => {
  const event = readyEvent('get-issue');
  const http = { ...event.requestContext.http, path };
  const requestContext = { ...event.requestContext, http };
  return { ...event, rawPath: path, rawQueryString: query, requestContext };
};

const issueBody = (webhookEvent: string, updated: string, fields: object = {}): string =>
  JSON.stringify({
    timestamp: Date.parse(updated),
    webhookEvent,
    issue: { id: '50001', key: 'STACK-1', fields: { summary: 'A story', updated, ...fields } },
  });

/** A record of the table's stream as the event source mapping hands it over. */
const record = (pk: string, sk: string, sequence: number) => ({
  eventID: `id-${sequence}`,
  eventName: 'INSERT',
  eventSource: 'aws:dynamodb',
  dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, SequenceNumber: `10000000000000000000${sequence}` },
});

/** Requests to the bucket since they were last taken: `s3:PutObject artifacts/raw/`. */
const takeS3 = (): string[] => {
  const names = s3.seen.splice(0).flatMap(({ request, headers }) => {
    const [method = '', path = ''] = request.split(' ');
    const key = path.replace(`/${BUCKET}/`, '').replace(/\?.*/, '');
    const where = /^artifacts\/[a-z]+\//.exec(key)?.[0] ?? key;
    const action = `s3:${method[0]}${method.slice(1).toLowerCase()}Object`;
    return [`${action} ${where}`, ...('x-amz-tagging' in headers ? [`${action}Tagging ${where}`] : [])];
  });
  return [...new Set(names)].sort();
};

/** What the role of a function allows, in the words of what is recorded. */
const grantedTo = (name: FunctionName): string[] =>
  Object.entries(rightsOf(stack, name)).flatMap(([resource, actions]) => {
    const where = resource.replace(/^<\w+\.Arn>\/(index\/)?/, '').replace(/\*$/, '');
    return actions.map((action) => (where.startsWith('<') ? action : `${action} ${where}`));
  });

/** Everything asked of table and bucket since it was last taken; none of it may be refused on AWS. */
const takeAs = (name: FunctionName): string[] => {
  const seen = [...table.take(), ...takeS3()];
  const granted = grantedTo(name);
  expect(seen.filter((call) => !granted.includes(call))).toEqual([]);
  return seen;
};

beforeAll(async () => {
  bundles = await sharedBundles();
  stack = synthStack({ ...A_SITE, ...SENDING }, bundles);
  table = await startRecordingProxy(engine.endpoint);
  s3 = await startS3(BUCKET);
  secrets = await startSecretsManager(ARN);
  tokens = await startSecretsManager(TOKEN_ARN);
  jira = await startScriptedJira('data-center-10');
  const document = { jira_webhook_secret: SECRET, commits_webhook_secret: SECRET, ...JSON.parse(MASTERS) };
  secrets.put(JSON.stringify(document), Date.now());
  const { EventTable } = stack.template.findResources('AWS::DynamoDB::Table');
  const { KeySchema, AttributeDefinitions, BillingMode, GlobalSecondaryIndexes, StreamSpecification } =
    EventTable?.Properties ?? {};
  await createDynamoDb(embeddedConfig(engine.endpoint)).send(
    new CreateTableCommand({
      TableName: TABLE,
      KeySchema,
      AttributeDefinitions,
      BillingMode,
      GlobalSecondaryIndexes,
      StreamSpecification: { StreamEnabled: true, ...StreamSpecification },
    }),
  );
});

afterAll(async () => {
  await Promise.all(running.map((lambda) => lambda.end()));
  await Promise.all([table.close(), s3.close(), secrets.close(), tokens.close(), jira.close()]);
});

describe('what is deployed', () => {
  it.each(FUNCTIONS)('of %s is the tested bundle, to the last byte', async (name) => {
    const deployed = await filesOf(assetOf(name));
    expect(Object.keys(deployed)).toContain('index.mjs');
    expect(deployed).toEqual(await filesOf(join(bundles, name)));
  });
});

/** What holds on Lambda without being set, and why. */
const DEFAULTS = {
  ALLOWED_CIDRS: 'unset: any address',
  ALLOW_PRIVATE_TARGETS: 'unset: refused',
  ARTIFACTS_DIR: 'the bucket wins',
  AWS_ENDPOINT_URL_SECRETS_MANAGER: 'unset: AWS',
  CONNECTIONS_MASTERS: 'the ARN is set',
  GIT_SHA: 'in the bundle',
  JIRA_API_TOKEN: 'the ARN is set',
  JIRA_WEBHOOK_SECRET: 'the ARN is set',
  LOG_LEVEL: 'info',
  MAX_BODY_BYTES: '4000000',
  RC_LOG_JSON: 'true on Lambda',
  SECRET_GRACE_HOURS: '24',
};

describe('the environment of a function', () => {
  let full: SynthesizedStack;

  beforeAll(() => {
    full = synthStack(EVERYTHING_SET, bundles);
  });

  /** Names whose value the bundle takes: minifying leaves the names of properties. */
  const readBy = async (name: FunctionName): Promise<string[]> => {
    const code = await readFile(join(assetOf(name), 'index.mjs'), 'utf8');
    return Object.keys(ENV).filter((variable) => new RegExp(`\\.${variable}\\b`).test(code));
  };

  it.each(FUNCTIONS)('has everything %s reads and nothing it does not read', async (name) => {
    const set = Object.keys(functionOf(full, name).Environment.Variables);
    const read = await readBy(name);
    expect(set.filter((variable) => variable !== 'NODE_OPTIONS' && !read.includes(variable))).toEqual([]);
    expect(read.filter((variable) => !set.includes(variable) && !(variable in DEFAULTS))).toEqual([]);
  });
});

/** What correlation asks for: of the table, then of the bucket. */
const CORRELATION = [
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
  's3:GetObject artifacts/issues/',
  's3:GetObject artifacts/raw/',
  's3:PutObject artifacts/issues/',
];

const listed = (sha: string, message: string): string =>
  JSON.stringify({
    repository: 'a/b',
    commits: [{ sha, message, author: 'A', committed_at: '2026-03-02T16:00:00Z' }],
  });

/** Deliveries of 20 minutes ago that the stream did not bring; one of them lies in the bucket. */
const deliverUnseen = async (): Promise<void> => {
  const clock = () => Date.now() - 20 * 60_000;
  const env = { ARTIFACTS_DIR: bundles };
  const app = openApp({ endpoint: engine.endpoint, tableName: TABLE, clock, env });
  await app.deliver(issueBody('jira:issue_updated', '2026-03-02T09:20:00.100-0700'));
  await app.deliverCommits('commits', listed('b'.repeat(40), 'STACK-1 more'));
  const large = listed('c'.repeat(40), `STACK-1 ${noise(500_000).toString('base64')}`);
  const { event_id } = (await app.deliverCommits('commits', large)).body;
  s3.objects.set(`/${BUCKET}/artifacts/raw/${event_id}`, Buffer.from(large));
};

describe('what is deployed, run with the environment and the table of the template', () => {
  let eventIds: string[] = [];
  let subscription: SubscriptionRow;

  it('takes deliveries with the rights of ingest', async () => {
    const ingest = await start('ingest');
    const bodies = [
      post('/webhooks/jira', issueBody('jira:issue_created', '2026-03-02T09:00:00.100-0700')),
      post(
        '/webhooks/jira',
        issueBody('jira:issue_updated', '2026-03-02T09:05:00.100-0700', { description: 'x' }),
      ),
      post('/webhooks/jira', issueBody('jira:issue_created', '2026-03-02T09:00:00.100-0700')),
      post(
        '/webhooks/jira',
        issueBody('jira:issue_updated', '2026-03-02T09:10:00.100-0700', {
          customfield_10050: noise(900_000).toString('base64'),
        }),
      ),
      post('/webhooks/jira', issueBody('jira:issue_deleted', '2026-03-02T09:15:00.100-0700')),
      post('/webhooks/commits', listed('a'.repeat(40), 'STACK-1 do it')),
      post('/webhooks/jira', 'not JSON'),
      readyEvent('health'),
      signEvent(readyEvent('webhook-forged'), 'another secret'),
    ];
    const statuses: (number | undefined)[] = [];
    for (const event of bodies) {
      const answer = await ingest.invoke(event);
      statuses.push(answer.statusCode);
      const { event_id } = JSON.parse(answer.body ?? '{}');
      if (event_id !== undefined) eventIds.push(event_id);
    }
    eventIds = [...new Set(eventIds)];
    expect(statuses).toEqual([202, 202, 200, 202, 202, 202, 400, 200, 401]);
    expect(takeAs('ingest')).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      's3:PutObject artifacts/raw/',
      's3:PutObjectTagging artifacts/raw/',
    ]);
  });

  it('correlates with the rights of correlate', async () => {
    const correlate = await start('correlate');
    const events = eventIds.map((id, index) => record(`E#${id}`, 'E', index));
    const Records = [...events, record('I#default#50001', 'S', 99)];
    expect(await correlate.call({ Records })).toEqual({ batchItemFailures: [] });
    expect(await correlate.call({ Records })).toEqual({ batchItemFailures: [] });
    // Single rows are only read and changed for what has failed, and by the sweep for its mark.
    const single = ['dynamodb:GetItem', 'dynamodb:UpdateItem'];
    expect(takeAs('correlate')).toEqual(CORRELATION.filter((call) => !single.includes(call)));
  });

  it('sweeps with the rights of sweep', async () => {
    const sweep = await start('sweep');
    await deliverUnseen();
    expect(await sweep.call({})).toEqual({ found: 3, complete: true });
    expect(takeAs('sweep')).toEqual(
      [...CORRELATION, 'dynamodb:Query by_day', 'dynamodb:Query worklist'].sort(),
    );
  });

  it('answers every question with the rights of read', async () => {
    const read = await start('read');
    const questions: [string, string, number][] = [
      ['/issues', 'project=STACK', 200],
      ['/issues/STACK-1', '', 200],
      ['/issues/50001/events', '', 200],
      ['/issues/STACK-1/commits', '', 200],
      ['/gaps/stories-without-commits', 'project=STACK', 200],
      ['/gaps/commits-without-story', '', 200],
      ['/events', '', 200],
      [`/events/${eventIds[0]}`, '', 200],
      ...eventIds.map((id): [string, string, number] => [`/bodies/${id}`, '', 200]),
      ['/reconciliation', '', 200],
      ['/stats', '', 200],
    ];
    const answers: [string, string, number | undefined][] = [];
    for (const [path, query] of questions)
      answers.push([path, query, (await read.invoke(get(path, query))).statusCode]);
    expect(answers).toEqual(questions);
    expect(takeAs('read')).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:Query by_day',
      'dynamodb:Query by_issue',
      'dynamodb:Query by_project',
      'dynamodb:Query worklist',
      's3:GetObject artifacts/raw/',
    ]);
  });

  it('publishes, sweeps and looks who has something due with the rights of publish', async () => {
    // Refused as soon as it is to be sent to: nothing leaves this machine.
    subscription = await subscriptionTo({ url: 'https://127.0.0.1/' }, { matches_since_ms: 0 });
    const app = openApp({ endpoint: engine.endpoint, tableName: TABLE });
    const audit = { who: 'a test', what: 'subscription-created' } as const;
    await createSubscription(app.events, subscription, audit, someRun());
    const publish = await start('publish');
    const Records = eventIds.map((id, index) => record(`E#${id}`, 'E', index));
    expect(await publish.call({ Records })).toEqual({ batchItemFailures: [] });
    await publish.call({ task: 'sweep' });
    await publish.call({ task: 'start-lanes' });
    expect(takeAs('publish')).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Query by_day',
      'dynamodb:Query worklist',
      'dynamodb:UpdateItem',
    ]);
  });

  it('sends with the rights of send, and writes down what became of it', async () => {
    const send = await start('send');
    const { tenant_id, subscription_id } = subscription;
    await send.call({ task: 'send', tenant_id, subscription_id, execution_ids: [] });
    expect(takeAs('send')).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Query worklist',
      'dynamodb:UpdateItem',
    ]);
  });

  it('reads Jira with the rights of reconcile, bodies too large for the table too', async () => {
    tokens.put(JSON.stringify({ jira_api_token: TOKEN }), Date.now());
    const project = jira.site.project('READ');
    for (let n = 0; n < 3; n += 1) jira.site.create(project, { summary: `Issue ${n}` });
    jira.site.create(project, { description: noise(900_000).toString('base64') });
    jira.index.catchUp();
    const reconcile = await start('reconcile');
    const report = await reconcile.call({});
    expect(report).toMatchObject({ outcome: 'done', fault: null });
    expect(tokens.requests.AWSCURRENT).toBe(1);
    expect(takeAs('reconcile')).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Query by_project',
      'dynamodb:Query worklist',
      'dynamodb:UpdateItem',
      's3:PutObject artifacts/raw/',
      's3:PutObjectTagging artifacts/raw/',
    ]);
  });

  it('read the one secret the template names, because ingest may read no other', () => {
    expect(secrets.requests.AWSCURRENT).toBeGreaterThan(0);
  });
});
