import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { type Env, readEnv } from '../../contract/env.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import type { Correlated } from '../../local/local-correlation.ts';
import { type Instance, startInstance } from '../../local/run-instance.ts';
import { createDynamoDb } from '../../platform/dynamodb.ts';
import { createLogger } from '../../platform/logger.ts';
import { newSecret } from '../../platform/new-secret.ts';
import { LOOPS } from '../../reconcile/loops.ts';
import { openTurn } from '../../reconcile/open-turn.ts';
import type { TurnDeps } from '../../reconcile/session.ts';
import { runTurn } from '../../reconcile/turn.ts';
import { HOME, openEvents, openTable } from '../../wiring/open.ts';
import { type ManageApi, openApi } from '../api/api.ts';
import { deliveryHeaders } from '../deliver/delivery.ts';
import { readReply } from '../deliver/report.ts';
import { createPost, type Post } from '../deliver/send.ts';
import { signatureOf } from '../shared/exchange.ts';
import { type DemoJira, startDemoJira } from './jira.ts';
import { IN_JIRA } from './reconciled.ts';
import { RELEASE, type ReleaseStep } from './release.ts';
import type { Step } from './story.ts';

/** A step with its answer. */
export type Answered<Of> = { step: Of; status: string; outcome: string; event_id: string; ok: boolean };

const WRONG_SECRET = 'not the secret';

/** Sends the steps one after the other; `onAnswer` is called after each. */
export const playStory = async (
  story: readonly Step[],
  base: string,
  secret: string,
  onAnswer: (result: Answered<Step>, index: number) => void,
): Promise<Answered<Step>[]> => {
  const post = createPost(new URL('/webhooks/jira', base), 1);
  const all: Answered<Step>[] = [];
  for (const [index, step] of story.entries()) {
    const answered = await play(post, secret, step);
    const before = all.find((one) => one.step.body.equals(step.body));
    const result = { ...answered, ok: answered.ok && isSameEvent(answered, before) };
    onAnswer(result, index);
    all.push(result);
  }
  return all;
};

const play = async (post: Post, secret: string, step: Step): Promise<Answered<Step>> => {
  const headers = deliveryHeaders(step.body, step.forged ? WRONG_SECRET : secret, step.identifier, {});
  const answered = readReply(await post(headers, step.body));
  const { status, outcome } = step.expected;
  return { step, ...answered, ok: answered.status === String(status) && answered.outcome === outcome };
};

/** The same bytes, if they are accepted, must give the same event. */
const isSameEvent = (result: Answered<Step>, before: Answered<Step> | undefined): boolean =>
  result.step.forged === true || before === undefined || result.event_id === before.event_id;

/** Sends the chapter's deliveries one after the other; `onAnswer` is called after each. */
export const playRelease = async (
  stage: Stage,
  onAnswer: (result: Answered<ReleaseStep>, index: number) => void,
): Promise<Answered<ReleaseStep>[]> => {
  const all: Answered<ReleaseStep>[] = [];
  for (const [index, step] of RELEASE.entries()) {
    const post = createPost(new URL(`/webhooks/${step.source}`, stage.url), 1);
    const answered = readReply(await post(headersOf(step, stage), step.body));
    const result = { step, ...answered, ok: answered.status === '202' };
    onAnswer(result, index);
    all.push(result);
  }
  return all;
};

const headersOf = ({ source, body }: ReleaseStep, { secret, commitsSecret }: Stage) =>
  source === 'jira'
    ? deliveryHeaders(body, secret, undefined, {})
    : {
        'content-type': 'application/json',
        'x-hub-signature-256': signatureOf(commitsSecret, body),
        'content-length': String(body.length),
      };

type Secrets = { jira: string; commits: string };

/**
 * Where the demo plays. `correlated` resolves when every delivery is correlated. `reconcile` runs one turn at once, due
 * or not; nothing else reads `jira`.
 */
export type Stage = {
  url: string;
  secret: string;
  commitsSecret: string;
  correlated: Correlated;
  /** The routes that commands use. */
  api: ManageApi;
  jira: DemoJira;
  reconcile(): Promise<void>;
};

/** Runs `work` with an instance for this process alone, on a free port; its table and folder are deleted afterwards. */
export const withOwnInstance = async <T>(
  work: (stage: Stage) => Promise<T>,
  source: NodeJS.ProcessEnv = process.env,
): Promise<T> => {
  const secrets = { jira: newSecret(), commits: newSecret() };
  const folder = mkdtempSync(join(tmpdir(), 'jira-webhook-sync-demo-'));
  await using owned = new AsyncDisposableStack();
  owned.defer(() => rmSync(folder, { recursive: true, force: true }));
  const jira = owned.use(await startDemoJira(IN_JIRA.issues, IN_JIRA.versions));
  const env = demoEnv(secrets, folder, jira, source);
  const instance = await startInstance({ env, log: createLogger(env), reconcile: false });
  owned.defer(instance.stop);
  if (env.AWS_ENDPOINT_URL_DYNAMODB !== undefined) owned.defer(() => dropTable(instance));
  const { url, correlated, manageToken } = instance;
  const prove = async () => ({ authorization: `Bearer ${manageToken}` });
  const api = openApi({ url: new URL(url), tenant: null, flags: [], prove });
  const reconcile = async (): Promise<void> => {
    await runTurn(turnOf(env, instance), { loops: LOOPS, until_ms: null, now: true });
    await correlated();
  };
  return await work({
    ...{ url, correlated, api, jira, reconcile },
    ...{ secret: secrets.jira, commitsSecret: secrets.commits },
  });
};

/** Sets the clock of a turn ahead: reads that a webhook asks for are due a minute later, as Jira's index may lag. */
const AHEAD_MS = 2 * MINUTE_MS;

const turnOf = (env: Env, { dynamodb }: Instance): TurnDeps =>
  openTurn(env, {
    events: openEvents(env, openTable(env, dynamodb)),
    tenant: HOME,
    clock: () => Date.now() + AHEAD_MS,
    log: createLogger(env),
  });

/** The demo's own settings. Of the environment only the address of a DynamoDB to use instead of the embedded one. */
const demoEnv = (secrets: Secrets, folder: string, jira: DemoJira, source: NodeJS.ProcessEnv) =>
  readEnv({
    JIRA_WEBHOOK_SECRET: secrets.jira,
    COMMITS_WEBHOOK_SECRET: secrets.commits,
    JIRA_SITE_URL: jira.url,
    JIRA_API_TOKEN: newSecret(),
    RECONCILE_RATE: '100',
    ALLOW_PRIVATE_TARGETS: 'true',
    PORT: '0',
    LOG_LEVEL: 'silent',
    RC_LOG_JSON: 'true',
    TABLE_NAME: `jira-webhook-sync-demo-${randomBytes(6).toString('hex')}`,
    ARTIFACTS_DIR: folder,
    AWS_ENDPOINT_URL_DYNAMODB: source.AWS_ENDPOINT_URL_DYNAMODB,
  });

/** Deletes the table from a database that is not the demo's own. */
const dropTable = async ({ dynamodb, tableName }: Instance): Promise<void> => {
  const client = createDynamoDb(dynamodb);
  await client.send(new DeleteTableCommand({ TableName: tableName }));
  client.destroy();
};
