import { readdirSync, readFileSync } from 'node:fs';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { embeddedConfig } from '../../src/local/aws-config.ts';
import { engineBinary, spawnEngine } from '../../src/local/engine-process.ts';
import { createDynamoDb } from '../../src/platform/dynamodb.ts';
import { ensureTable } from '../../src/store/calls/create-table.ts';
import { eventually, type Spawned, spawnScript, temporaryFolder } from '../integration/local/processes.ts';
import { sign } from '../support/app.ts';
import { freePort } from '../support/loopback-server.ts';
import { type Attacker, startAttacker, type Try } from './browser.ts';
import { listeningOf } from './listening.ts';

const folder = temporaryFolder();
const SECRET = 'a secret that no page knows';
const TABLE = 'jira-webhook-sync';

const ISSUE = JSON.stringify({
  timestamp: 1_772_000_000_000,
  webhookEvent: 'jira:issue_created',
  issue: {
    id: '10001',
    key: 'SECRET-1',
    fields: { summary: 'canary summary', updated: '2026-02-25T06:13:20.000+0000' },
  },
});

type Record = { pid: number; url: string; dynamodb_endpoint: string; manage_token: string };

let server: Spawned;
let record: Record;
/** One that its owner made. */
let connection: string;
/** All addresses at which the instance and its engine listen. */
let listening: string[];
let attacker: Attacker;
let page: Page;

const childrenOf = (parent: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]) === parent;
      } catch {
        return false;
      }
    });

const rowsAt = async (endpoint: string, table: string): Promise<string> => {
  const client = createDynamoDb(embeddedConfig(endpoint));
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  client.destroy();
  // What the poller and the sweep note of their own accord is no change by a page.
  const rows = Items.filter(({ pk }) => !/^(STREAM|SWEEP)#/.test(pk?.S ?? ''));
  // The engine has no order of attributes.
  return rows
    .map((row) => JSON.stringify(Object.entries(row).toSorted()))
    .toSorted()
    .join('\n');
};

const toDatabase = (url: string, target: string, body: object): Try => ({
  url,
  method: 'POST',
  headers: {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-date': '20260101T000000Z',
    'x-amz-target': `DynamoDB_20120810.${target}`,
    authorization:
      'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  },
  body: JSON.stringify(body),
});

const FORGED = { pk: { S: 'I#default#666' }, sk: { S: 'S' }, note: { S: 'a=b' } };

const databaseTries = (url: string): Try[] => [
  toDatabase(url, 'ListTables', {}),
  toDatabase(url, 'Scan', { TableName: TABLE }),
  toDatabase(url, 'PutItem', { TableName: TABLE, Item: FORGED }),
];

const get = (url: string): Try => ({ url, method: 'GET', headers: {} });

const serverTries = (base: string): Try[] => [
  get(`${base}/issues/SECRET-1`),
  get(`${base}/issues?project=SECRET`),
  get(`${base}/events`),
  { ...get(`${base}/webhooks/jira`), method: 'POST', body: ISSUE.replace('canary', 'forged=canary') },
  { ...get(`${base}/webhooks/commits`), method: 'POST', body: '{"repository":"a/b","commits":[]}' },
  ...changeTries(base),
];

const FORGED_CONNECTION = JSON.stringify({ name: 'a=b', kind: 'github', auth: 'header' });

/** Changes of connections, as if the page had even read the instance's record. */
const changeTries = (base: string): Try[] => {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${record.manage_token}`,
    'if-match': '1',
  };
  const own = `${base}/connections/${connection}`;
  return [
    get(`${base}/connections`),
    { url: `${base}/connections`, method: 'POST', headers, body: FORGED_CONNECTION },
    { url: `${base}/t/retail/connections`, method: 'POST', headers, body: FORGED_CONNECTION },
    { url: own, method: 'PATCH', headers, body: '{"name":"a=b"}' },
    { url: `${own}/rotate`, method: 'POST', headers, body: '{"grace_hours":0}' },
    { url: `${own}/disable`, method: 'POST', headers, body: '{"reason":"a=b"}' },
    { url: own, method: 'DELETE', headers },
  ];
};

/** What the owner of the machine asks for. */
const asOwner = (method: string, path: string, body?: string): Promise<Response> =>
  fetch(`${record.url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${record.manage_token}`,
      'if-match': '1',
    },
    ...(body === undefined ? {} : { body }),
  });

/** Every way of every try, one try after the other; answers what any of them could read. */
const readBy = async (from: Page, tries: Try[]): Promise<unknown[]> => {
  const read: unknown[] = [];
  for (const request of tries) {
    const got = await attacker.attack(from, request);
    if (Object.keys(got).length > 0) read.push({ url: request.url, got });
  }
  return read;
};

beforeAll(async () => {
  const file = `${folder}/instance.json`;
  const env = { PORT: '0', JIRA_WEBHOOK_SECRET: SECRET, ARTIFACTS_DIR: folder };
  server = spawnScript('src/cli/start.ts', ['--instance-file', file], { env });
  await server.until(/listens on/);
  record = JSON.parse(readFileSync(file, 'utf8'));
  const headers = { 'X-Hub-Signature': sign(ISSUE, SECRET) };
  const answer = await fetch(`${record.url}/webhooks/jira`, { method: 'POST', body: ISSUE, headers });
  expect(answer.status).toBe(202);
  const made = await asOwner('POST', '/connections', FORGED_CONNECTION.replace('a=b', 'canary connection'));
  expect(made.status).toBe(201);
  connection = z.object({ connection_id: z.string() }).parse(await made.json()).connection_id;
  await eventually(() => childrenOf(record.pid).length > 0);
  listening = [record.pid, ...childrenOf(record.pid)].flatMap(listeningOf);
  const engineHost = new URL(record.dynamodb_endpoint).hostname;
  attacker = await startAttacker({ 'rebound.test': '127.0.0.1', 'database.test': engineHost });
  page = await attacker.open();
});

afterAll(async () => {
  await attacker?.close();
  server?.child.kill('SIGTERM');
  await server?.exited;
});

/** What processing still writes of the delivery itself is waited for. */
const settledRows = async (): Promise<string> => {
  let before = '';
  for (let rows = await rowsAt(record.dynamodb_endpoint, TABLE); rows !== before; ) {
    before = rows;
    await new Promise((done) => setTimeout(done, 1_500));
    rows = await rowsAt(record.dynamodb_endpoint, TABLE);
  }
  return before;
};

describe('a page of another origin in a real browser', () => {
  it('reads and changes an engine on an ordinary port, or these attacks would prove nothing', {
    tags: ['deep'],
  }, async () => {
    const port = await freePort();
    const engine = spawnEngine(engineBinary(), ['--host', '127.0.0.1', '--port', String(port)]);
    const endpoint = `http://127.0.0.1:${port}`;
    await eventually(() => /listening on/i.test(engine.said()));
    await ensureTable(createDynamoDb(embeddedConfig(endpoint)), TABLE);
    const read = await readBy(page, databaseTries(endpoint));
    expect(JSON.stringify(read)).toContain(TABLE);
    expect(await rowsAt(endpoint, TABLE)).toContain('I#default#666');
    await engine.stop();
  });

  it('gets nothing from any port of the instance, and changes nothing, whatever it tries', {
    tags: ['deep'],
    timeout: 600_000,
  }, async () => {
    const before = await settledRows();
    expect(before).toContain('E#');
    expect(listening).toHaveLength(2);
    const { host } = new URL(record.dynamodb_endpoint);
    expect(listening).toContain(host);
    const origins = listening.flatMap((address) => [
      `http://${address}`,
      `http://localhost:${address.split(':')[1]}`,
    ]);
    // Each in a tab of its own: most of the time is waited for what never comes.
    const read = await Promise.all(
      origins.map(async (origin) =>
        readBy(await attacker.open(), [...databaseTries(origin), ...serverTries(origin)]),
      ),
    );
    expect(read.flat()).toEqual([]);
    expect(await rowsAt(record.dynamodb_endpoint, TABLE)).toBe(before);
  });

  it('gets nothing when its own name leads here, because that is DNS rebinding', {
    tags: ['deep'],
    timeout: 600_000,
  }, async () => {
    const before = await settledRows();
    const rebound = record.url.replace('127.0.0.1', 'rebound.test');
    const own = await attacker.open(`${rebound}/issues/SECRET-1`);
    expect(await own.evaluate('document.body.innerText')).toMatch(/"status":421/);
    const read = await readBy(own, serverTries(rebound));
    expect(read.length).toBeGreaterThan(0);
    expect(JSON.stringify(read)).not.toMatch(/canary|10001|"20\d /);
    expect(JSON.stringify(read)).toContain('421 ');
    const database = record.dynamodb_endpoint.replace(/127[.\d]+/, 'database.test');
    await expect(attacker.open(database)).rejects.toThrow('ERR_UNSAFE_PORT');
    expect(await readBy(page, databaseTries(database))).toEqual([]);
    expect(await rowsAt(record.dynamodb_endpoint, TABLE)).toBe(before);
  });

  it('is not in the way of a person who opens the server, because that is what it is for', {
    tags: ['deep'],
  }, async () => {
    const opened = await attacker.open(`${record.url}/issues/SECRET-1`);
    expect(await opened.evaluate('document.body.innerText')).toContain('canary summary');
  });

  it('changed no connection by all of that, which its owner still can', {
    tags: ['deep'],
  }, async () => {
    const { connections } = z
      .object({ connections: z.array(z.object({ name: z.string(), rev: z.number() })) })
      .parse(await (await fetch(`${record.url}/connections`)).json());
    expect(connections).toEqual([{ name: 'canary connection', rev: 1 }]);
    expect((await asOwner('PATCH', `/connections/${connection}`, '{"name":"mine"}')).status).toBe(200);
  });
});
