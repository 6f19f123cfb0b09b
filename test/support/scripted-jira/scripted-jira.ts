import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { isJsonObject, type JsonObject } from '../../../src/domain/json.ts';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import { listen, stop } from '../loopback-server.ts';
import { answer, type Fault } from './faults.ts';
import type { Look } from './model/body.ts';
import { createIndex, type LaggingIndex } from './model/lagging-index.ts';
import { createSite, type Site } from './model/site.ts';
import type { Logged } from './request-log.ts';
import { facts, permissions, projectsCloud, projectsDataCenter } from './rest/around.ts';
import { bulkFetch, oneIssue } from './rest/issues.ts';
import { type Asked, NOTHING_HERE, type Reply, type RestSite, type Route } from './rest/reply.ts';
import { searchCloud } from './rest/search-cloud.ts';
import { searchDataCenter } from './rest/search-data-center.ts';
import { webhookRoutes } from './rest/webhook-routes.ts';
import { createSending, type Sending } from './sending.ts';
import { BEFORE_10, CLOUD, DATA_CENTER, type Dialect, type Kept } from './webhooks.ts';

type Kind = {
  dialect: Dialect;
  routes: Route[];
  most_rows: number;
  info: { deploymentType: string; version: string; versionNumbers: number[] };
};

const CLOUD_ROUTES = [searchCloud, bulkFetch, oneIssue, projectsCloud, facts];
const DATA_CENTER_ROUTES = [searchDataCenter, oneIssue, projectsDataCenter, permissions, facts];

const dataCenter = (dialect: Dialect, version: string): Kind => ({
  dialect,
  routes: DATA_CENTER_ROUTES,
  most_rows: 1000,
  info: { deploymentType: 'Server', version, versionNumbers: version.split('.').map(Number) },
});

const KINDS = {
  cloud: {
    dialect: CLOUD,
    routes: CLOUD_ROUTES,
    most_rows: 5000,
    info: { deploymentType: 'Cloud', version: '1001.0.0-SNAPSHOT', versionNumbers: [5, 0, 0] },
  },
  'data-center-10': dataCenter(DATA_CENTER, '10.3.1'),
  'data-center-9': dataCenter(BEFORE_10, '9.12.4'),
} satisfies Record<string, Kind>;

export type JiraKind = keyof typeof KINDS;

export type ScriptedJira = {
  url: string;
  /** Its own clock: of `Date`, of `updated`, of the index and of the log. */
  clock: Clock;
  site: Site;
  index: LaggingIndex;
  sending: Sending;
  log: Logged[];
  /** The most requests that were under way at once. */
  most_at_once: number;
  webhooks: Map<number, Kept>;
  /** Makes a webhook as somebody did by hand. @returns its id */
  add(body: JsonObject): number;
  /** The next requests, or those of a method or of such paths, meet these instead, one each. */
  fail(faults: readonly Fault[], of?: string | RegExp): void;
  /** Asked for each request that `fail` leaves alone. */
  spoil: (asked: Asked) => Fault | null;
  /** How long each answer takes. */
  delay_ms: number;
  /** False: `start` and `limit` are ignored. */
  pages: boolean;
  /** What `serverInfo` says beside its own. */
  info: JsonObject;
  /** False: each look at an issue that did not change shows the same. */
  restless: boolean;
  /** How many rows a page has at most. */
  most_rows: number;
  /** True: this issue, of a group of so many, is listed in `issueErrors`. */
  refuseBulk: (id: string, group: number) => boolean;
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

const parse = (body: string): JsonObject => {
  const value: unknown = body === '' ? {} : JSON.parse(body);
  return isJsonObject(value) ? value : {};
};

const isOf = (of: string | RegExp | undefined, { method, path }: Logged): boolean =>
  of === undefined || (typeof of === 'string' ? of === method : of.test(path));

/** Hosts that one server calls itself by. */
const hostsOf = (url: string): string[] => [url, 'http://jira-node-2.example.com'];

/**
 * A whole Jira on loopback: a site with issues, an index that lags, webhooks that tell what changes, and the REST API
 * of its kind with its traps. What a test does to it, it does to the object that is returned.
 */
export const startScriptedJira = async (
  kind: JiraKind,
  clock: Clock = systemClock,
): Promise<ScriptedJira> => {
  const { dialect, routes, info, most_rows }: Kind = KINDS[kind];
  let scripted: { of: string | RegExp | undefined; fault: Fault }[] = [];
  let underWay = 0;
  let looks = 0;

  const site = createSite(() => jira.clock);

  const look = (): Look => {
    looks += jira.restless ? 1 : 0;
    const hosts = hostsOf(jira.url);
    return { cloud: kind === 'cloud', url: hosts[looks % hosts.length] ?? jira.url, count: looks };
  };

  const nextFault = (logged: Logged, asked: Asked): Fault | null => {
    const index = scripted.findIndex(({ of }) => isOf(of, logged));
    return index < 0 ? jira.spoil(asked) : (scripted.splice(index, 1)[0]?.fault ?? null);
  };

  const hooks = webhookRoutes(dialect, () => jira);

  const replyTo = (asked: Asked, authorization: string | undefined): Reply => {
    if (!AUTHORIZATIONS.includes(authorization ?? '')) return { status: 401, value: {} };
    if (asked.path === '/rest/api/2/serverInfo')
      return { status: 200, value: { baseUrl: jira.url, ...info, ...jira.info } };
    const rest: RestSite = { ...jira, look };
    for (const route of [...routes, hooks.route]) {
      const reply = route(asked, rest);
      if (reply !== null) return reply;
    }
    return NOTHING_HERE;
  };

  const server = createServer(async (request, response) => {
    underWay += 1;
    jira.most_at_once = Math.max(jira.most_at_once, underWay);
    const { method = '', url = '', headers } = request;
    const [path = '', query = ''] = url.split('?');
    const logged: Logged = { method, path, query, headers, at: jira.clock(), ended_at: null, body: {} };
    response.on('close', () => {
      underWay -= 1;
      logged.ended_at = jira.clock();
    });
    logged.body = parse(await text(request));
    jira.log.push(logged);
    await sleep(jira.delay_ms);
    const asked = { method, path, query: new URLSearchParams(query), body: logged.body };
    response.setHeader('date', new Date(jira.clock()).toUTCString());
    answer(response, nextFault(logged, asked), asked, () => replyTo(asked, headers.authorization));
  });

  const url = `http://127.0.0.1:${await listen(server, 0)}`;
  const webhooks = new Map<number, Kept>();
  const jira: ScriptedJira = {
    url,
    clock,
    site,
    index: createIndex(site.ledger, () => jira.clock()),
    sending: createSending(site, look, () => [...webhooks.values()].filter(dialect.isOn)),
    log: [],
    most_at_once: 0,
    webhooks,
    add: (body) => hooks.add(body),
    fail: (faults, of) => {
      scripted = [...scripted, ...faults.map((fault) => ({ of, fault }))];
    },
    spoil: () => null,
    delay_ms: 0,
    pages: true,
    info: {},
    restless: true,
    most_rows,
    refuseBulk: () => false,
    close: () => stop(server),
  };
  return jira;
};
