import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { isJsonObject, type JsonObject } from '../../../src/domain/json.ts';
import { listen, stop } from '../loopback-server.ts';
import { deliver } from './deliver.ts';
import { BEFORE_10, CLOUD, DATA_CENTER, type Dialect, type Kept } from './webhooks.ts';

const KINDS = {
  cloud: { dialect: CLOUD, deploymentType: 'Cloud', version: '1001.0.0-SNAPSHOT', versionNumbers: [5, 0, 0] },
  'data-center-10': {
    dialect: DATA_CENTER,
    deploymentType: 'Server',
    version: '10.3.1',
    versionNumbers: [10, 3, 1],
  },
  'data-center-9': {
    dialect: BEFORE_10,
    deploymentType: 'Server',
    version: '9.12.4',
    versionNumbers: [9, 12, 4],
  },
} as const satisfies Record<string, { dialect: Dialect } & Record<string, unknown>>;

export type JiraKind = keyof typeof KINDS;

/** An answer in place of the server's own. `cut`: none, the connection ends. */
type Fault = { status: number; headers?: Record<string, string>; body?: string | Buffer } | 'cut';

type Logged = {
  method: string;
  path: string;
  query: string;
  at: number;
  body: JsonObject;
  headers: IncomingMessage['headers'];
};

export type ScriptedJira = {
  url: string;
  log: Logged[];
  /** The most requests that were under way at once. */
  most_at_once: number;
  webhooks: Map<number, Kept>;
  /** Makes a webhook as somebody did by hand. @returns its id */
  add(body: JsonObject): number;
  /** The next requests, or those of a method, meet these instead, one each. */
  fail(faults: Fault[], method?: string): void;
  /** How long each answer takes. */
  delay_ms: number;
  /** False: `start` and `limit` are ignored. */
  pages: boolean;
  /** What `serverInfo` says beside its own. */
  info: JsonObject;
  /** Labels of issues by key; changing them delivers. */
  labels: Map<string, string[]>;
  close(): Promise<void>;
};

export const TOKEN = 'canary-token-9d1f';
const USER = 'admin@example.com';

/** The environment that asks the server. */
export const jiraEnv = ({ url }: Pick<ScriptedJira, 'url'>) => ({
  JIRA_SITE_URL: url,
  JIRA_ADMIN_USER: USER,
  JIRA_ADMIN_TOKEN: TOKEN,
});

const AUTHORIZATIONS = [`Bearer ${TOKEN}`, `Basic ${Buffer.from(`${USER}:${TOKEN}`).toString('base64')}`];

/** What a healthy server answers. */
type Reply = { status: number; value?: unknown };

const NOTHING_HERE: Reply = { status: 404, value: { errorMessages: ['There is nothing here'], errors: {} } };

const send = (response: ServerResponse, { status, value }: Reply): void => {
  if (value === undefined) response.writeHead(status).end();
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};

const parse = (body: string): JsonObject => {
  const value: unknown = body === '' ? {} : JSON.parse(body);
  return isJsonObject(value) ? value : {};
};

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Which webhooks, or which one, a path below the dialect's names. */
const placeOf = (path: string, dialect: Dialect): { id: number | null } | null => {
  if (path === dialect.path) return { id: null };
  const id = path.startsWith(`${dialect.path}/`) ? path.slice(dialect.path.length + 1) : '';
  return /^\d+$/.test(id) ? { id: Number(id) } : null;
};

/** A Jira that knows logins, its version, webhooks and labels, and delivers what changes; with the traps of its kind. */
export const startScriptedJira = async (kind: JiraKind): Promise<ScriptedJira> => {
  const { dialect, ...info } = KINDS[kind];
  let scripted: { method: string | null; fault: Fault }[] = [];
  let underWay = 0;
  let nextId = 1;

  const nextFault = (method: string): Fault | null => {
    const index = scripted.findIndex((one) => one.method === null || one.method === method);
    return index < 0 ? null : (scripted.splice(index, 1)[0]?.fault ?? null);
  };

  const misbehave = (response: ServerResponse, fault: Fault): void => {
    if (fault === 'cut') response.socket?.destroy();
    else response.writeHead(fault.status, fault.headers ?? {}).end(fault.body ?? '');
  };

  const change = (key: string, body: JsonObject): Reply => {
    const labels = jira.labels.get(key);
    if (labels === undefined) return NOTHING_HERE;
    const text = JSON.stringify(body);
    const added = /"add":"([^"]+)"/.exec(text)?.[1];
    const removed = /"remove":"([^"]+)"/.exec(text)?.[1];
    const after = labels.filter((label) => label !== removed).concat(added ?? []);
    jira.labels.set(key, after);
    const on = [...jira.webhooks.values()].filter(dialect.isOn);
    for (const webhook of on) void deliver(webhook, key, after).catch(() => {});
    return { status: 204 };
  };

  const put = (id: number, body: JsonObject): Kept => {
    const kept = dialect.take(id, body, jira.webhooks.get(id) ?? null);
    jira.webhooks.set(id, kept);
    return kept;
  };

  const paged = (all: JsonObject[], query: string): JsonObject[] => {
    const { start, limit } = Object.fromEntries(new URLSearchParams(query));
    if (!jira.pages || start === undefined || limit === undefined) return all;
    return all.slice(Number(start), Number(start) + Number(limit));
  };

  const show = (kept: Kept): JsonObject => dialect.show(kept, jira.url);

  const webhook = (method: string, id: number, body: JsonObject): Reply => {
    const kept = jira.webhooks.get(id);
    if (kept === undefined) return NOTHING_HERE;
    if (method === 'GET') return { status: 200, value: show(kept) };
    if (method === 'PUT') return { status: 200, value: show(put(id, body)) };
    jira.webhooks.delete(id);
    return { status: 204 };
  };

  const replyTo = ({ method, path, query, body, headers }: Logged): Reply => {
    if (!AUTHORIZATIONS.includes(headers.authorization ?? '')) return { status: 401, value: {} };
    if (path === '/rest/api/2/serverInfo')
      return { status: 200, value: { baseUrl: jira.url, ...info, ...jira.info } };
    const key = /^\/rest\/api\/2\/issue\/([^/]+)$/.exec(path)?.[1];
    if (key !== undefined && method === 'PUT') return change(decodeURIComponent(key), body);
    const place = placeOf(path, dialect);
    if (place === null) return NOTHING_HERE;
    if (place.id !== null) return webhook(method, place.id, body);
    if (method === 'POST') return { status: 201, value: show(put(jira.add({}), body)) };
    return { status: 200, value: paged([...jira.webhooks.values()].map(show), query) };
  };

  const server = createServer(async (request, response) => {
    underWay += 1;
    jira.most_at_once = Math.max(jira.most_at_once, underWay);
    response.on('close', () => {
      underWay -= 1;
    });
    const { method = '', url = '', headers } = request;
    const at = Date.now();
    const [path = '', query = ''] = url.split('?');
    const logged = { method, path, query, headers, at, body: parse(await text(request)) };
    jira.log.push(logged);
    await sleep(jira.delay_ms);
    const fault = nextFault(method);
    if (fault === null) send(response, replyTo(logged));
    else misbehave(response, fault);
  });

  const url = `http://127.0.0.1:${await listen(server, 0)}`;
  const jira: ScriptedJira = {
    url,
    log: [],
    most_at_once: 0,
    webhooks: new Map(),
    add: (body) => put(nextId++, body).id,
    fail: (faults, method) => {
      scripted = [...scripted, ...faults.map((fault) => ({ method: method ?? null, fault }))];
    },
    delay_ms: 0,
    pages: true,
    info: {},
    labels: new Map(),
    close: () => stop(server),
  };
  return jira;
};
