import { afterEach, describe, expect, it } from 'vitest';
import { createJiraClient } from '../../../../src/jira/client.ts';
import type { JiraFault } from '../../../../src/jira/jira-error.ts';
import { openReads } from '../../../../src/jira/reads/open-reads.ts';
import type { Reads } from '../../../../src/jira/reads/reads.ts';
import { FAULTS, type Fault } from '../../../support/scripted-jira/faults.ts';
import {
  type JiraKind,
  type ScriptedJira,
  startScriptedJira,
  TOKEN,
} from '../../../support/scripted-jira/scripted-jira.ts';

let jira: ScriptedJira;
let now = 0;

afterEach(() => jira.close());

const siteOf = (token: string) => ({ authorization: `Bearer ${token}`, url: jira.url, api: jira.url });

const clientOf = (token = TOKEN) =>
  createJiraClient(
    siteOf(token),
    { at_once: 4, a_second: Number.POSITIVE_INFINITY },
    {
      clock: () => now,
      sleep: async (ms) => {
        now += ms;
      },
    },
  );

const open = async (kind: JiraKind): Promise<Reads> => {
  now = Date.UTC(2026, 10, 1);
  jira = await startScriptedJira(kind, () => now);
  return openReads(clientOf(), siteOf(TOKEN));
};

/** So many issues, a second apart. */
const fill = (count: number, key = 'ORB'): string[] =>
  Array.from({ length: count }, () => {
    now += 1000;
    return String(jira.site.create(jira.site.project(key)).id);
  });

const KINDS = ['cloud', 'data-center-10'] as const;

describe.each(KINDS)('a whole site of %s', (kind) => {
  it('is found page by page, counted, and read, because that is what the first load does', async () => {
    const reads = await open(kind);
    const ids = fill(23);
    jira.most_rows = 7;
    const [project] = await reads.projects();
    const jql = `project = ${project?.id} ORDER BY created ASC`;
    const found: string[] = [];
    let next: string | null = null;
    do {
      const page = await reads.searchIds({ jql, fields: 'updated' }, next);
      expect(page).toMatchObject({ complete: true, total: kind === 'cloud' ? null : 23 });
      expect(page.rows.every(({ updated_ms }) => updated_ms !== null && updated_ms <= now)).toBe(true);
      found.push(...page.rows.map(({ id }) => id));
      next = page.next;
    } while (next !== null);
    expect(found).toEqual(ids);
    expect(await reads.count(jql)).toBe(23);
    const { looks, missing, retry } = await reads.readBodies(found);
    expect(looks.map(({ issue }) => issue.id).sort()).toEqual([...ids].sort());
    expect([missing, retry]).toEqual([[], []]);
    expect(new Set(looks.map(({ read }) => read))).toEqual(new Set([kind === 'cloud' ? 'id' : 'search']));
  });

  it('shows of a moved issue the new key, of a deleted and a hidden one that it is gone', async () => {
    const reads = await open(kind);
    const [moved = '', deleted = '', hidden = ''] = fill(3);
    jira.site.move(Number(moved), jira.site.project('NEW'));
    jira.site.remove(Number(deleted));
    jira.site.edit(Number(hidden), { visible: false });
    expect(await reads.readIssue('ORB-1')).toMatchObject({ look: { issue: { id: moved, key: 'NEW-1' } } });
    expect(await reads.readIssue(deleted)).toEqual({ gone: true });
    expect(await reads.readIssue(hidden)).toEqual({ gone: true });
    expect(await reads.readBodies([moved, deleted, hidden])).toMatchObject({
      looks: [{ issue: { id: moved } }],
      missing: [deleted, hidden],
      retry: [],
    });
  });

  it('has its own clock, which a read is never ahead of', async () => {
    const reads = await open(kind);
    expect(await reads.now()).toBeLessThanOrEqual(now - 2_000);
    expect(await reads.now()).toBeGreaterThan(now - 30_000);
  });

  it('names projects by all their keys, which of them may be browsed, fields, and who asks', async () => {
    const reads = await open(kind);
    const closed = jira.site.project('SECRET');
    jira.site.project('ORB');
    jira.site.changeProject(closed.id, { browsable: false });
    jira.site.changeProject(jira.site.project('OLD').id, { status: 'archived' });
    const projects = await reads.projects();
    const may = await Promise.all(projects.map((one) => reads.mayBrowse(one)));
    expect(projects.filter((_, index) => may[index]).map(({ keys }) => keys)).toEqual([['ORB']]);
    expect((await reads.fieldNames()).length).toBeGreaterThan(3);
    expect(await reads.account()).toMatchObject({ groups: ['jira-users'] });
  });

  it.each<[string, Fault, JiraFault, string]>([
    ['a refused login', FAULTS.unknownLogin, 'login', 'not expired'],
    ['a forbidden read', FAULTS.forbidden, 'permission', 'Browse projects'],
    ['a removed API', FAULTS.removed, 'removed', 'too old'],
    ['a redirect', FAULTS.redirect('https://example.com/'), 'redirect', 'JIRA_SITE_URL'],
    ['a page', FAULTS.loginPage, 'not_json', 'login page'],
    ['an answer without Date', 'no-date', 'unknown_shape', 'proxy'],
    ['another frame', { status: 200, body: '{"canary":[]}' }, 'unknown_shape', 'unexpected shape'],
    ['a long wait', FAULTS.busy(61), 'busy', 'before 2026-11-01T00:01'],
  ])('fails closed at %s, and says what to do', async (_, fault, kindOfFault, words) => {
    const reads = await open(kind);
    const reading = [
      () => reads.searchIds({ jql: 'updated >= 1000 ORDER BY created ASC', fields: 'id' }, null),
      () => reads.readBodies(['1']),
      () => reads.projects(),
    ];
    for (const [index, read] of reading.entries()) {
      if (index > 0 && kindOfFault === 'busy') break;
      jira.fail([fault]);
      const error: unknown = await read().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ fault: kindOfFault });
      expect(String(error)).toContain(words);
      expect(String(error)).not.toMatch(/canary|html/);
    }
  });

  it('is not opened with another login, or as another site', async () => {
    await open(kind);
    await expect(openReads(clientOf('other'), siteOf('other'))).rejects.toMatchObject({ fault: 'login' });
    const elsewhere = { ...siteOf(TOKEN), url: 'https://acme.atlassian.net' };
    await expect(openReads(clientOf(), elsewhere)).rejects.toMatchObject({ fault: 'refused' });
  });
});

describe('what only one kind does', () => {
  it('Cloud loses the place when a token repeats or has expired, and says when a page is not whole', async () => {
    const reads = await open('cloud');
    fill(9);
    jira.most_rows = 3;
    const query = { jql: 'updated >= 1000 ORDER BY created ASC', fields: 'id' } as const;
    const { next } = await reads.searchIds(query, null);
    jira.fail([FAULTS.repeatedToken]);
    await expect(reads.searchIds(query, next)).rejects.toMatchObject({ fault: 'page_lost' });
    jira.fail([FAULTS.expiredToken]);
    await expect(reads.searchIds(query, next)).rejects.toMatchObject({ fault: 'page_lost' });
    jira.fail([FAULTS.warning]);
    expect((await reads.searchIds(query, next)).complete).toBe(false);
  });

  it('Cloud lists what it could not read, which is asked for again and not missing', async () => {
    const reads = await open('cloud');
    const ids = fill(3);
    jira.refuseBulk = (id) => id === ids[1];
    expect(await reads.readBodies(ids)).toMatchObject({ missing: [], retry: [ids[1]] });
  });

  it('Data Center says when there is more than its window shows', async () => {
    const reads = await open('data-center-10');
    fill(9_001);
    const query = { jql: 'updated >= 1000 ORDER BY created ASC', fields: 'id' } as const;
    expect(await reads.searchIds(query, null)).toMatchObject({ complete: false, next: null, total: 9_001 });
  });
});
