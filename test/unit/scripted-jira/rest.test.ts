import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { JsonObject } from '../../../src/domain/json.ts';
import { FAULTS } from '../../support/scripted-jira/faults.ts';
import { mostASecond } from '../../support/scripted-jira/request-log.ts';
import {
  type JiraKind,
  type ScriptedJira,
  startScriptedJira,
  TOKEN,
} from '../../support/scripted-jira/scripted-jira.ts';

let jira: ScriptedJira;
let now = 0;

afterEach(() => jira.close());

const start = async (kind: JiraKind): Promise<void> => {
  now = Date.UTC(2026, 10, 1);
  jira = await startScriptedJira(kind, () => now);
};

const page = z.looseObject({
  issues: z.optional(z.array(z.looseObject({ id: z.string() }))),
  issueErrors: z.optional(z.array(z.looseObject({ id: z.string() }))),
  nextPageToken: z.optional(z.string()),
  isLast: z.optional(z.boolean()),
  total: z.optional(z.number()),
  count: z.optional(z.number()),
  errorMessages: z.optional(z.array(z.string())),
  key: z.optional(z.string()),
});

const ask = async (method: 'GET' | 'POST', path: string, body?: JsonObject) => {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${jira.url}${path}`, { method, headers, ...sent });
  return { status: response.status, headers: response.headers, body: page.parse(await response.json()) };
};

const idsIn = ({ body }: Awaited<ReturnType<typeof ask>>): number[] =>
  (body.issues ?? []).map(({ id }) => Number(id));

const search = (jql: string, more: JsonObject = {}) =>
  ask('POST', '/rest/api/2/search/jql', { jql, fields: ['id'], ...more });

const offsets = (jql: string, more: JsonObject = {}) =>
  ask('POST', '/rest/api/2/search', { jql, fields: ['id'], ...more });

/** So many issues, a second apart. */
const fill = (count: number, key = 'ORB'): number[] =>
  Array.from({ length: count }, () => {
    now += 1000;
    return jira.site.create(jira.site.project(key)).id;
  });

describe('the search of the scripted Cloud', () => {
  it('goes by tokens through all, and tells no total, because that is what a reader must live with', async () => {
    await start('cloud');
    const ids = fill(12);
    const jql = `project = ${jira.site.project('ORB').id} ORDER BY created ASC`;
    const found: number[] = [];
    for (let token: string | undefined; ; ) {
      const answer = await search(jql, { maxResults: 5, ...(token ? { nextPageToken: token } : {}) });
      expect(answer.body.total).toBeUndefined();
      found.push(...idsIn(answer));
      token = answer.body.nextPageToken;
      expect(answer.body.isLast).toBe(token === undefined);
      if (token === undefined) break;
    }
    expect(found).toEqual(ids);
    const counted = await ask('POST', '/rest/api/2/search/approximate-count', { jql });
    expect(counted.body.count).toBe(12);
  });

  it.each([
    [{ jql: 'ORDER BY created ASC' }, 'Unbounded JQL'],
    [{ jql: 'updated >= 0', startAt: 0 }, 'startAt'],
    [{ jql: 'updated >= "2026-01-01 10:00"' }, 'does not know'],
    [{ jql: 'id > 10001' }, 'does not know'],
    [{ jql: 'project = 99' }, "'99' does not exist"],
    [{ jql: 'updated >= 0', nextPageToken: 'x' }, 'expired'],
    [{ jql: 'updated >= 0 OR' }, 'does not know'],
    [{ jql: '(updated >= 0' }, 'Expecting )'],
    [{ jql: 'updated >= 0 updated >= 1' }, 'Expecting end'],
  ])('refuses %j, because Jira does, or nobody should ask so', async (body, words) => {
    await start('cloud');
    const { status, body: said } = await ask('POST', '/rest/api/2/search/jql', body);
    expect([status, said.errorMessages?.join()]).toEqual([400, expect.stringContaining(words)]);
  });

  it('sees a change as late as its index, and of one issue in order', async () => {
    await start('cloud');
    const [id = 0] = fill(1);
    jira.index.catchUp();
    jira.index.lag = () => 60_000;
    const since = now + 5_000;
    now += 10_000;
    jira.site.edit(id, { summary: 'later' });
    jira.index.lag = () => 0;
    jira.site.edit(id, { summary: 'last' });
    expect(idsIn(await search(`updated >= ${since}`))).toEqual([]);
    now += 60_000;
    expect(idsIn(await search(`updated >= ${since}`))).toEqual([id]);
    expect(jira.index.see().issues.get(id)?.summary).toBe('last');
  });

  it('finds by each form that reconciliation uses', async () => {
    await start('cloud');
    const orb = jira.site.project('ORB');
    const [first = 0, second = 0, third = 0] = fill(3);
    const version = jira.site.version(orb, '1.0');
    const sprint = jira.site.sprint('One');
    jira.site.edit(first, { fix_versions: [version.id] });
    jira.site.edit(second, { affected_versions: [version.id], sprints: [sprint.id] });
    const created = (id: number): number => jira.site.state.issues.get(id)?.created_ms ?? 0;
    const found = async (jql: string) => idsIn(await search(`${jql} ORDER BY created ASC`));
    expect(await found(`fixVersion = ${version.id} OR affectedVersion = ${version.id}`)).toEqual([
      first,
      second,
    ]);
    expect(await found(`sprint = ${sprint.id}`)).toEqual([second]);
    expect(await found(`id in (${first}, ${third})`)).toEqual([first, third]);
    const slice = `created >= ${created(second)} AND created < ${created(third)}`;
    expect(await found(`project = ${orb.id} AND ${slice}`)).toEqual([second]);
    expect(await found(`(sprint = ${sprint.id} OR id in (${third})) AND created >= 0`)).toEqual([
      second,
      third,
    ]);
  });
});

describe('the search of the scripted Data Center', () => {
  it('gives fewer rows than asked for without a word, and ends at its window', async () => {
    await start('data-center-10');
    const ids = fill(5);
    jira.most_rows = 3;
    const jql = 'updated >= 0 ORDER BY created ASC';
    const first = await offsets(jql, { maxResults: 100 });
    expect([idsIn(first), first.body.total]).toEqual([ids.slice(0, 3), 5]);
    expect(idsIn(await offsets(jql, { startAt: 3, maxResults: 100 }))).toEqual(ids.slice(3));
    expect((await offsets(jql, { startAt: 10_000 })).status).toBe(400);
  });

  it('fails for an id that is gone, unless the query is not validated', async () => {
    await start('data-center-10');
    const [id = 0, gone = 0] = fill(2);
    jira.site.remove(gone);
    const jql = `id in (${id}, ${gone})`;
    expect((await offsets(jql)).status).toBe(400);
    expect(idsIn(await offsets(jql, { validateQuery: false }))).toEqual([id]);
  });
});

describe('one issue of the scripted Jira', () => {
  it('is found by every key it had, and is gone in Jira’s own words', async () => {
    await start('cloud');
    const [id = 0] = fill(1);
    jira.site.move(id, jira.site.project('NOVA'));
    jira.site.changeProject(jira.site.project('ORB').id, { key: 'ORBIT' });
    for (const name of [String(id), 'NOVA-1', 'ORB-1', 'ORBIT-1'])
      expect((await ask('GET', `/rest/api/2/issue/${name}`)).body).toMatchObject({
        id: String(id),
        key: 'NOVA-1',
      });
    jira.site.remove(id);
    const { status, body } = await ask('GET', '/rest/api/2/issue/NOVA-1');
    expect([status, body.errorMessages?.length]).toEqual([404, 1]);
  });

  it('is in neither list of a bulk fetch when it is gone or hidden, and among the errors when it is not read', async () => {
    await start('cloud');
    const [first = 0, second = 0, hidden = 0, gone = 0] = fill(4);
    jira.site.edit(hidden, { visible: false });
    jira.site.remove(gone);
    jira.refuseBulk = (id, group) => id === String(second) && group > 1;
    const issueIdsOrKeys = [second, first, hidden, gone].map(String);
    const { body } = await ask('POST', '/rest/api/2/issue/bulkfetch', { issueIdsOrKeys, fields: ['*all'] });
    expect([body.issues?.map(({ id }) => id), body.issueErrors?.map(({ id }) => id)]).toEqual([
      [String(first)],
      [String(second)],
    ]);
  });
});

describe('faults of the scripted Jira', () => {
  it('meet the requests they are meant for, one each', async () => {
    await start('cloud');
    fill(3);
    jira.fail([FAULTS.busy(17)], /approximate-count$/);
    const jql = 'updated >= 0 ORDER BY created ASC';
    jira.fail([FAULTS.repeatedToken], /search\/jql$/);
    const again = await search(jql, {
      maxResults: 1,
      nextPageToken: (await search(jql, { maxResults: 1 })).body.nextPageToken ?? '',
    });
    expect(again.status).toBe(200);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const counted = await fetch(`${jira.url}/rest/api/2/search/approximate-count`, {
      method: 'POST',
      headers,
    });
    expect([counted.status, counted.headers.get('retry-after')]).toEqual([429, '17']);
    expect(jira.log.length).toBe(3);
    expect(mostASecond(jira.log)).toBe(3);
  });

  it('cut within a body, and leave out the time', async () => {
    await start('cloud');
    jira.fail(['cut-body', 'no-date']);
    await expect(ask('GET', '/rest/api/2/myself')).rejects.toThrow();
    expect((await ask('GET', '/rest/api/2/myself')).headers.get('date')).toBeNull();
    expect((await ask('GET', '/rest/api/2/myself')).headers.get('date')).toBe(new Date(now).toUTCString());
  });
});
