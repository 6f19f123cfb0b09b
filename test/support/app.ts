import { createHmac, randomUUID } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { readEnv } from '../../src/contract/env.ts';
import { openRawBodies, openTable } from '../../src/handlers/deps.ts';
import { createLocalApp } from '../../src/handlers/local-app.ts';
import { embeddedConfig } from '../../src/local/aws-config.ts';
import { localContext } from '../../src/local/lambda-context.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { ensureTable } from '../../src/store/create-table.ts';
import type { EventStore } from '../../src/store/put-event.ts';

/** What deliveries are signed with unless a test says otherwise. */
export const SECRET = 'a secret of the tests';

const json = z.record(z.string(), z.unknown());

/** An answer with its JSON. `ms`: how long it took, for bounds that are generous. */
export type Answer = {
  status: number;
  headers: Record<string, unknown>;
  body: Record<string, unknown>;
  ms: number;
};

export type LogLine = Record<string, unknown>;

export type Delivery = {
  identifier?: string;
  secret?: string;
  /** Replaces the signature of the body. */
  signature?: string;
};

export type TestApp = {
  /** Signs the bytes and posts them, as an API Gateway event with a base64 body. */
  deliver(body: Uint8Array | string, delivery?: Delivery): Promise<Answer>;
  /** `target`: path and query. */
  get(target: string): Promise<Answer>;
  /** The same table and artifact store as the app's, for what no route does. */
  events: EventStore;
  /** Every line logged so far. */
  lines: LogLine[];
};

export type AppOptions = {
  endpoint: string;
  tableName: string;
  env?: NodeJS.ProcessEnv;
  clock?: Clock;
  dynamodb?: DynamoDBClientConfig;
};

/** The hex digest Jira would send. */
export const sign = (body: Uint8Array | string, secret: string = SECRET): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** A table name nobody else uses. */
const newTableName = (): string => `test-${randomUUID()}`;

/** Makes the table as the local server does. */
export const createTable = async (endpoint: string, tableName = newTableName()): Promise<string> => {
  const client = new DynamoDBClient(embeddedConfig(endpoint));
  await ensureTable(client, tableName);
  client.destroy();
  return tableName;
};

const toEvent = (method: string, target: string, headers: Record<string, string>, body?: Uint8Array) => {
  const [path = '', query = ''] = target.split('?');
  const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' };
  const nowMs = Date.now();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: {
      accountId: 'test',
      apiId: 'test',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      routeKey: '$default',
      stage: '$default',
      requestId: 'test',
      time: new Date(nowMs).toISOString(),
      timeEpoch: nowMs,
      http,
    },
    ...(body ? { body: Buffer.from(body).toString('base64') } : {}),
    isBase64Encoded: body !== undefined,
  };
};

/**
 * The whole app in this process, on a table that is there. No server in between: the handler gets the events
 * that API Gateway would make.
 */
export const openApp = (options: AppOptions): TestApp => {
  const { endpoint, tableName, clock = systemClock } = options;
  const env = readEnv({ JIRA_WEBHOOK_SECRET: SECRET, TABLE_NAME: tableName, ...options.env });
  const lines: LogLine[] = [];
  const log = createLogger(env, { write: (line) => void lines.push(json.parse(JSON.parse(line))) });
  const dynamodb = { ...embeddedConfig(endpoint), ...options.dynamodb };
  const { handler } = createLocalApp(env, { clock, log, dynamodb });

  const call = async (event: ReturnType<typeof toEvent>): Promise<Answer> => {
    const begun = performance.now();
    const result = await handler(event, localContext('test', clock));
    const ms = performance.now() - begun;
    const body = json.parse(JSON.parse(result.body ?? 'null'));
    return { status: result.statusCode ?? 0, headers: result.headers ?? {}, body, ms };
  };

  return {
    deliver: (body, { identifier, secret = SECRET, signature } = {}) => {
      const bytes = Buffer.from(body);
      const headers = {
        'X-Hub-Signature': signature ?? sign(bytes, secret),
        ...(identifier === undefined ? {} : { 'X-Atlassian-Webhook-Identifier': identifier }),
      };
      return call(toEvent('POST', '/webhooks/jira', headers, bytes));
    },
    get: (target) => call(toEvent('GET', target, {})),
    events: {
      table: openTable(env, dynamodb),
      rawBodies: openRawBodies(env),
      retention_days: env.EVENT_RETENTION_DAYS,
    },
    lines,
  };
};

/** An app on a new table. */
export const startApp = async (options: Omit<AppOptions, 'tableName'>): Promise<TestApp> =>
  openApp({ ...options, tableName: await createTable(options.endpoint) });
