import { afterEach, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject } from '../../../src/domain/json.ts';
import { createJiraClient } from '../../../src/jira/client.ts';
import { openWebhooks } from '../../../src/jira/webhooks/open-webhooks.ts';
import { CLOUD_EVENTS, DATA_CENTER_EVENTS } from '../../../src/jira/webhooks/webhook.ts';
import { EVENT_NAMES } from '../../../src/senders/jira/event-names.ts';
import { passingWaits } from '../../support/passing-waits.ts';
import {
  type JiraKind,
  type ScriptedJira,
  startScriptedJira,
  TOKEN,
} from '../../support/scripted-jira/scripted-jira.ts';

let jira: ScriptedJira;

afterEach(() => jira.close());

const FAST = { at_once: 4, a_second: Number.POSITIVE_INFINITY };
const URL_OF_OURS = 'https://example.com/webhooks/jira';
const SECRET = 'canary-secret';

const open = async (kind: JiraKind, info = {}) => {
  jira = await startScriptedJira(kind);
  jira.info = info;
  const site = { authorization: `Bearer ${TOKEN}`, url: jira.url, api: jira.url };
  return openWebhooks(createJiraClient(site, FAST, passingWaits()), site);
};

/** What a server of this kind says that it is. */
const infoOf = async (kind: JiraKind): Promise<JsonObject> => {
  const server = await startScriptedJira(kind);
  const headers = { authorization: `Bearer ${TOKEN}` };
  const said: unknown = await (await fetch(`${server.url}/rest/api/2/serverInfo`, { headers })).json();
  await server.close();
  return isJsonObject(said) ? said : {};
};

const SIGNING = ['cloud', 'data-center-10'] as const;

describe.each(SIGNING)('webhooks of %s', (kind) => {
  it('are made with a secret where the server looks for it, because elsewhere it is ignored', async () => {
    const api = await open(kind);
    const id = await api.create(URL_OF_OURS, SECRET);
    expect(jira.webhooks.get(Number(id))?.secret).toBe(SECRET);
    expect(await api.read(id)).toEqual({
      id,
      name: 'Jira Webhook Sync',
      url: URL_OF_OURS,
      events: api.events,
      enabled: true,
      signed: true,
      excludes_body: false,
      jql: '',
    });
    expect(await api.list()).toEqual([{ id, name: 'Jira Webhook Sync', url: URL_OF_OURS }]);
  });

  it('are taken away, and one that is gone already is as good', async () => {
    const api = await open(kind);
    const id = await api.create(URL_OF_OURS, SECRET);
    await api.remove(id);
    await api.remove(id);
    expect(await api.list()).toEqual([]);
  });
});

describe('the path of one kind', () => {
  it.each([
    ['cloud', 'data-center-10'],
    ['data-center-10', 'data-center-9'],
    ['data-center-10', 'cloud'],
  ] as const)('of %s is missing on %s, and the error says so', async (of, on) => {
    const { baseUrl: _, ...info } = await infoOf(of);
    const api = await open(on, info);
    await expect(api.list()).rejects.toThrow('(404)');
  });
});

describe('an update', () => {
  it('on Cloud keeps name, JQL, description and further events, because somebody chose them', async () => {
    const api = await open('cloud');
    const filters = { 'issue-related-events-section': 'project = ORB' };
    const id = jira.add({
      ...{ name: 'Mine', description: 'of the team', url: URL_OF_OURS, filters },
      ...{ events: ['worklog_created', 'jira:issue_created'], enabled: false, excludeBody: true },
    });
    await api.update(String(id), URL_OF_OURS, SECRET);
    const after = await api.read(String(id));
    expect(after).toMatchObject({ name: 'Mine', jql: 'project = ORB', enabled: true, excludes_body: false });
    expect(after.events).toEqual([...CLOUD_EVENTS, 'worklog_created']);
    expect(jira.webhooks.get(id)).toMatchObject({ secret: SECRET, body: { description: 'of the team' } });
  });

  it('on Data Center keeps what it does not know of the configuration, because a PUT replaces all', async () => {
    const api = await open('data-center-10');
    const id = jira.add({
      ...{ name: 'Mine', url: URL_OF_OURS, events: ['worklog_created'], active: false },
      ...{ secret: 'ignored here', sslVerificationRequired: false },
      configuration: { FILTERS: 'project = ORB', EXCLUDE_BODY: 'true', OTHER: 'x' },
    });
    expect(await api.read(String(id))).toMatchObject({ signed: false, enabled: false, excludes_body: true });
    await api.update(String(id), URL_OF_OURS, SECRET);
    expect(await api.read(String(id))).toMatchObject({ signed: true, enabled: true, jql: 'project = ORB' });
    expect(jira.webhooks.get(id)?.body).toMatchObject({
      id,
      sslVerificationRequired: false,
      configuration: { FILTERS: 'project = ORB', EXCLUDE_BODY: 'false', OTHER: 'x', SECRET },
    });
  });
});

describe('the kind of a Jira', () => {
  it('is told by its version, and before 10 it cannot sign', async () => {
    const old = await open('data-center-9');
    expect([old.can_sign, old.deployment]).toEqual([false, 'Jira Data Center or Server 9.12.4']);
    await jira.close();
    expect(await open('data-center-10')).toMatchObject({ can_sign: true });
    await jira.close();
    expect(await open('cloud')).toMatchObject({ can_sign: true, deployment: 'Jira Cloud' });
  });

  it.each([
    [{ versionNumbers: undefined, version: '10.0.0-rc1' }, true],
    [{ versionNumbers: [11, 0, 0] }, true],
    [{ versionNumbers: undefined, version: undefined }, false],
    [{ deploymentType: undefined, versionNumbers: [7, 2, 0] }, false],
  ])('of %j can sign: %s', async (info, canSign) => {
    expect((await open('data-center-10', info)).can_sign).toBe(canSign);
  });

  it('is not asked of another site, because a token and a webhook belong to one', async () => {
    jira = await startScriptedJira('cloud');
    jira.info = { baseUrl: 'https://other.atlassian.net' };
    const site = { authorization: `Bearer ${TOKEN}`, url: 'https://acme.atlassian.net', api: jira.url };
    const client = createJiraClient(site, FAST);
    await expect(openWebhooks(client, site)).rejects.toThrow('differs from JIRA_SITE_URL');
    jira.info = { baseUrl: 'https://ACME.atlassian.net/' };
    expect((await openWebhooks(client, site)).deployment).toBe('Jira Cloud');
  });
});

describe('the list of Data Center', () => {
  it('is read page by page, because ours may lie behind a hundred others', async () => {
    const api = await open('data-center-10');
    for (let at = 0; at < 205; at += 1) jira.add({ name: `n${at}`, url: URL_OF_OURS, events: [] });
    expect((await api.list()).length).toBe(205);
    expect(jira.log.map(({ query }) => query).slice(1)).toEqual([
      'start=0&limit=100',
      'start=100&limit=100',
      'start=200&limit=100',
    ]);
  });

  it('ends where a server knows no pages, because it answers the same again', async () => {
    const api = await open('data-center-10');
    for (let at = 0; at < 120; at += 1) jira.add({ name: `n${at}`, url: URL_OF_OURS, events: [] });
    jira.pages = false;
    expect((await api.list()).length).toBe(120);
    expect(jira.log.length).toBe(3);
  });
});

describe('what is registered', () => {
  it('are all events of six groups, because each of them changes what is stored', () => {
    const { issue, comment, issue_link, version, sprint, project } = EVENT_NAMES;
    const groups = [...issue, ...comment, ...issue_link, ...version, ...sprint, ...project];
    expect(CLOUD_EVENTS.toSorted()).toEqual(groups.toSorted());
    expect(CLOUD_EVENTS).toEqual(expect.arrayContaining([...DATA_CENTER_EVENTS]));
  });
});

describe('an id that a server made up', () => {
  it.each(['https://x/webhook/1/../../../api/2/myself?', 'https://x/webhook/..', 'https://x/webhook/', ''])(
    'such as in %j is no part of a path, because it would lead elsewhere',
    async (self) => {
      const api = await open('cloud');
      jira.fail([{ status: 201, body: JSON.stringify({ self }) }], 'POST');
      await expect(api.create(URL_OF_OURS, SECRET)).rejects.toThrow('an unexpected shape');
    },
  );
});
