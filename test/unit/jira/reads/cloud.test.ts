import { afterEach, describe, expect, it } from 'vitest';
import type { Answered, Asked } from '../../../support/answering-jira.ts';
import { type Opened, openAnswering } from './open.ts';

let opened: Opened | null = null;

afterEach(() => opened?.jira.close());

const open = async (answer: (asked: Asked) => Answered): Promise<Opened> => {
  opened = await openAnswering('cloud', answer);
  return opened;
};

const QUERY = { jql: 'project = 10 ORDER BY created ASC', fields: 'updated' } as const;

const rowOf = (id: number) => ({ id: String(id), key: `ORB-${id}`, fields: {} });

const NO_ISSUE = {
  status: 404,
  value: { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} },
};

describe('a page of a search in Jira Cloud', () => {
  it('is asked for by POST with the field it needs alone, because pages hold more rows then', async () => {
    const { reads, asked } = await open(() => ({
      value: { issues: [{ id: '7', fields: { updated: '2026-11-29T10:00:00.000+0000' } }], isLast: true },
    }));
    const page = await reads.searchIds(QUERY, null);
    expect(page).toMatchObject({
      rows: [{ id: '7', updated_ms: Date.UTC(2026, 10, 29, 10) }],
      next: null,
      complete: true,
      total: null,
    });
    expect(asked()).toMatchObject([
      {
        method: 'POST',
        path: '/rest/api/2/search/jql',
        body: { jql: QUERY.jql, fields: ['updated'], maxResults: 1000 },
      },
    ]);
  });

  it('follows the token, also after a short or an empty page, because neither is the last', async () => {
    const pages = [
      { issues: [rowOf(1)], nextPageToken: 'a' },
      { issues: [], nextPageToken: 'b', isLast: false },
      { issues: [rowOf(2)], nextPageToken: null, isLast: true },
    ];
    const { reads, asked } = await open(({ body }) => ({
      value: pages['_ab'.indexOf(String(body.nextPageToken ?? '_'))],
    }));
    const found: string[] = [];
    let next: string | null = null;
    do {
      const page = await reads.searchIds(QUERY, next);
      found.push(...page.rows.map(({ id }) => id));
      next = page.next;
      expect(page.complete).toBe(true);
    } while (next !== null);
    expect(found).toEqual(['1', '2']);
    expect(asked().map(({ body }) => body.nextPageToken)).toEqual([undefined, 'a', 'b']);
  });

  it('is not complete with a warning, or when more is promised without a token', async () => {
    const odd: object[] = [
      { isLast: true, warnings: [{ code: 'TRUNCATED' }] },
      { isLast: true, warnings: { code: 'TRUNCATED' } },
      { isLast: false },
      { isLast: false, nextPageToken: '' },
    ];
    const { reads } = await open(() => ({ value: { issues: [rowOf(1)], ...odd.shift() } }));
    for (const _ of [1, 2, 3, 4]) expect((await reads.searchIds(QUERY, null)).complete).toBe(false);
    expect((await reads.searchIds(QUERY, null)).complete).toBe(true);
  });

  it.each([1, 2, 3, 7])(
    'is refused when tokens come round every %i pages, because that never ends',
    async (circle) => {
      let served = 0;
      const { reads } = await open(() => ({
        value: { issues: [rowOf(1)], nextPageToken: `t${served++ % circle}` },
      }));
      const walk = async (): Promise<void> => {
        for (let next: string | null = null; ; ) next = (await reads.searchIds(QUERY, next)).next;
      };
      await expect(walk()).rejects.toMatchObject({ fault: 'page_lost' });
      expect(served).toBeLessThanOrEqual(4 * circle + 1);
    },
  );

  it('is refused after a hundred empty ones with ever new tokens', async () => {
    let served = 0;
    const { reads } = await open(() => ({ value: { issues: [], nextPageToken: `t${served++}` } }));
    const walk = async (): Promise<void> => {
      for (let next: string | null = null; ; ) next = (await reads.searchIds(QUERY, next)).next;
    };
    await expect(walk()).rejects.toMatchObject({ fault: 'page_lost' });
    expect(served).toBe(100);
  });

  it('is lost when its token has expired, but a query that Jira does not take is another fault', async () => {
    const { reads } = await open(({ body }) =>
      body.nextPageToken === undefined && body.jql === QUERY.jql
        ? { value: { issues: [], nextPageToken: 'old' } }
        : { status: 400, value: { errorMessages: ['no'], errors: {} } },
    );
    const { next } = await reads.searchIds(QUERY, null);
    await expect(reads.searchIds(QUERY, next)).rejects.toMatchObject({ fault: 'page_lost' });
    await expect(reads.searchIds({ ...QUERY, jql: 'x' }, null)).rejects.toMatchObject({ fault: 'refused' });
    await expect(reads.searchIds(QUERY, 'canary')).rejects.toMatchObject({ fault: 'page_lost' });
  });

  it('leaves out a row that names no issue, because the others are as good without it', async () => {
    const issues = [rowOf(1), { id: 'x7' }, null, { key: 'ORB-4' }, rowOf(5)];
    const { reads } = await open(() => ({ value: { issues, isLast: true } }));
    expect(await reads.searchIds(QUERY, null)).toMatchObject({
      rows: [{ id: '1' }, { id: '5' }],
      odd: 3,
      complete: true,
    });
  });

  it.each([
    ['no list of issues', { isLast: true }],
    ['a row without an id', { issues: [{ key: 'ORB-1' }], isLast: true }],
    ['a token that is no text', { issues: [], nextPageToken: 7 }],
  ])('fails with %s, because nobody knows what such a page leaves out', async (_, value) => {
    const { reads } = await open(() => ({ value }));
    await expect(reads.searchIds(QUERY, null)).rejects.toMatchObject({ fault: 'unknown_shape' });
  });
});

describe('bodies in Jira Cloud', () => {
  it('are sorted into read, missing and to be asked again, because absence says something and an error does not', async () => {
    const { reads, asked } = await open(() => ({
      value: {
        issues: [{ id: '1', fields: { summary: 'one' } }],
        issueErrors: [{ id: '2', errorMessage: 'timeout' }],
        expand: 'names',
      },
    }));
    const bodies = await reads.readBodies(['1', '2', '3']);
    expect(bodies.looks).toMatchObject([{ read: 'id', issue: { id: '1', fields: { summary: 'one' } } }]);
    expect([bodies.missing, bodies.retry]).toEqual([['3'], ['2']]);
    expect(asked()).toMatchObject([
      {
        method: 'POST',
        path: '/rest/api/2/issue/bulkfetch',
        body: { issueIdsOrKeys: ['1', '2', '3'], fields: ['*all', '-comment', '-worklog', '-attachment'] },
      },
    ]);
  });

  it.each([
    ['an issue without an id', { issues: [{ id: '1' }, { fields: {} }] }],
    ['an issue that is none', { issues: [{ id: '1' }, 'odd'] }],
    ['an error without an id', { issues: [{ id: '1' }], issueErrors: [{ errorMessage: 'x' }] }],
  ])('are asked again beside %s, because it may be the one that is missing', async (_, value) => {
    const { reads } = await open(() => ({ value }));
    expect(await reads.readBodies(['1', '2'])).toMatchObject({ missing: [], retry: ['2'] });
  });

  it('are read a hundred at a time, because Jira takes no more', async () => {
    const { reads, asked } = await open(({ body }) => ({
      value: { issues: [body.issueIdsOrKeys].flat().map((id) => ({ id })) },
    }));
    const ids = Array.from({ length: 130 }, (_, index) => String(index));
    const bodies = await reads.readBodies(ids);
    expect(bodies.looks.map(({ issue }) => issue.id)).toEqual(ids);
    expect(asked().map(({ body }) => [body.issueIdsOrKeys].flat().length)).toEqual([100, 30]);
  });

  it('are read in halves when an answer is too large, because large issues must not stop the others', async () => {
    const large = ' '.repeat(8_000_000);
    const { reads, asked } = await open(({ body }) => {
      const ids = [body.issueIdsOrKeys].flat();
      return { text: `{"issues":[${ids.map((id) => `${large}{"id":"${id}"}`)}]}` };
    });
    expect((await reads.readBodies(['1', '2', '3'])).looks.map(({ issue }) => issue.id)).toEqual([
      '1',
      '2',
      '3',
    ]);
    expect(asked().map(({ body }) => body.issueIdsOrKeys)).toEqual([['1', '2', '3'], ['1', '2'], ['3']]);
  });

  it('that are too large alone are left to be asked again', async () => {
    const huge = ' '.repeat(20_000_001);
    const { reads } = await open(() => ({ text: huge }));
    expect(await reads.readBodies(['1'])).toEqual({ looks: [], missing: [], retry: ['1'] });
  });

  it('cost no request where none is asked for', async () => {
    const { reads, asked } = await open(() => ({}));
    expect(await reads.readBodies([])).toEqual({ looks: [], missing: [], retry: [] });
    expect(asked()).toEqual([]);
  });
});

describe('counts and projects in Jira Cloud', () => {
  it('count roughly, by the index', async () => {
    const { reads, asked } = await open(() => ({ value: { count: 153 } }));
    expect(await reads.count('project = 10')).toBe(153);
    expect(asked()).toMatchObject([
      { path: '/rest/api/2/search/approximate-count', body: { jql: 'project = 10' } },
    ]);
  });

  it('lists what the account may browse, with every key, page by page as received', async () => {
    const all = ['A', 'B', 'C'].map((key, index) => ({ id: String(index), key, projectKeys: ['OLD', key] }));
    const { reads, asked } = await open(({ query }) => {
      const start = Number(query.get('startAt'));
      return { value: { values: all.slice(start, start + 2), isLast: start > 0, maxResults: 100 } };
    });
    expect((await reads.projects()).map(({ key, keys }) => [key, ...keys])).toEqual([
      ['A', 'A', 'OLD'],
      ['B', 'B', 'OLD'],
      ['C', 'C', 'OLD'],
    ]);
    expect(asked().map(({ query }) => query.get('startAt'))).toEqual(['0', '2']);
    expect(Object.fromEntries(asked()[0]?.query ?? [])).toMatchObject({
      action: 'browse',
      status: 'live',
      expand: 'projectKeys',
    });
    expect(await reads.mayBrowse({ id: '0', key: 'A', keys: ['A'] })).toBe(true);
  });

  it('lists none where Jira says that there are none, and fails at an empty page that promises more', async () => {
    const answers: Answered[] = [NO_ISSUE, { value: { values: [], isLast: false } }];
    const { reads } = await open(() => answers.shift() ?? {});
    expect(await reads.projects()).toEqual([]);
    await expect(reads.projects()).rejects.toMatchObject({ fault: 'page_lost' });
  });

  it('fails at a page of projects that has no new one and promises more, because that never ends', async () => {
    const { reads, asked } = await open(() => ({
      value: { values: [{ id: 7, key: 'A' }], isLast: asked().length > 50 },
    }));
    await expect(reads.projects()).rejects.toMatchObject({ fault: 'page_lost' });
    expect(asked()).toHaveLength(2);
  });

  it('takes ids of projects that are numbers, as some servers write them', async () => {
    const { reads } = await open(() => ({ value: { values: [{ id: 7, key: 'A' }], isLast: true } }));
    expect(await reads.projects()).toEqual([{ id: '7', key: 'A', keys: ['A'] }]);
  });
});
