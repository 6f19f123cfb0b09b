import { afterEach, describe, expect, it } from 'vitest';
import type { Answered, Asked } from '../../../support/answering-jira.ts';
import { type Opened, openAnswering } from './open.ts';

let opened: Opened | null = null;

afterEach(() => opened?.jira.close());

const open = async (answer: (asked: Asked) => Answered): Promise<Opened> => {
  opened = await openAnswering('data-center', answer);
  return opened;
};

const QUERY = { jql: 'project = 10 ORDER BY created ASC', fields: 'id' } as const;

/** Serves these issues to a search, never more at a time than it wants. */
const serving =
  (ids: readonly number[], atMost: number, total = ids.length) =>
  ({ body }: Asked): Answered => {
    const start = Number(body.startAt ?? 0);
    const end = start + Math.min(Number(body.maxResults), atMost);
    const issues = ids.slice(start, end).map((id) => ({ id: String(id), fields: {} }));
    return { value: { startAt: start, maxResults: atMost, total, issues } };
  };

describe('a page of a search in Jira Data Center', () => {
  it('is followed by what was received, because administrators cap pages without a word', async () => {
    const ids = Array.from({ length: 25 }, (_, index) => index + 1);
    const { reads, asked } = await open(serving(ids, 10));
    const found: string[] = [];
    let next: string | null = null;
    do {
      const page = await reads.searchIds(QUERY, next);
      expect(page).toMatchObject({ complete: true, total: 25 });
      found.push(...page.rows.map(({ id }) => id));
      next = page.next;
    } while (next !== null);
    expect(found).toEqual(ids.map(String));
    expect(asked().map(({ body }) => body.startAt)).toEqual([0, 10, 20]);
    expect(asked()[0]).toMatchObject({
      method: 'POST',
      path: '/rest/api/2/search',
      body: { jql: QUERY.jql, fields: ['id'], maxResults: 1000 },
    });
  });

  it.each([
    [9_000, true],
    [9_001, false],
  ])(
    'of %i in all is complete: %s, because what is beyond the window cannot be read',
    async (total, whole) => {
      const { reads } = await open(serving([1], 1000, total));
      const page = await reads.searchIds(QUERY, null);
      expect(page).toMatchObject({ complete: whole, total, next: whole ? '1#1' : null });
    },
  );

  it('ends at a page without rows, and is complete if few are missing, because no index is exact', async () => {
    const { reads } = await open(serving([1, 2], 1000, 102));
    const first = await reads.searchIds(QUERY, null);
    expect(first.next).toBe('2#1');
    expect(await reads.searchIds(QUERY, first.next)).toMatchObject({ next: null, complete: true, rows: [] });
  });

  it.each([
    ['all', []],
    ['more than a hundred', [1, 2]],
  ])('is not complete when %s are missing', async (_, ids) => {
    const { reads } = await open(serving(ids, 1000, 103));
    const next = ids.length === 0 ? null : (await reads.searchIds(QUERY, null)).next;
    expect(await reads.searchIds(QUERY, next)).toMatchObject({ next: null, complete: false });
  });

  it('is lost when it begins as the one before, because a server that does not page would count as whole', async () => {
    const { reads } = await open(() => ({ value: { issues: [{ id: '1' }, { id: '2' }], total: 4 } }));
    const { next } = await reads.searchIds(QUERY, null);
    await expect(reads.searchIds(QUERY, next)).rejects.toMatchObject({ fault: 'page_lost' });
  });

  it('is not complete with a warning', async () => {
    const { reads } = await open(() => ({
      value: { issues: [], total: 0, warningMessages: ['index is being built'] },
    }));
    expect((await reads.searchIds(QUERY, null)).complete).toBe(false);
  });

  it('fails without a total, or from a place that is none', async () => {
    const { reads } = await open(() => ({ value: { issues: [] } }));
    await expect(reads.searchIds(QUERY, null)).rejects.toMatchObject({ fault: 'unknown_shape' });
    await expect(reads.searchIds(QUERY, 'x')).rejects.toMatchObject({ fault: 'page_lost' });
  });
});

describe('bodies in Jira Data Center', () => {
  it('are rows of a search that no id that is gone can fail, page by page', async () => {
    const { reads, asked } = await open(serving([1, 2, 3], 2));
    const bodies = await reads.readBodies(['1', '2', '3', '4']);
    expect(bodies.looks.map(({ read, issue }) => [read, issue.id])).toEqual([
      ['search', '1'],
      ['search', '2'],
      ['search', '3'],
    ]);
    expect([bodies.missing, bodies.retry]).toEqual([['4'], []]);
    expect(asked().map(({ body }) => body.startAt)).toEqual([0, 2]);
    expect(asked()[0]?.body).toMatchObject({
      jql: 'id in (1,2,3,4) ORDER BY created ASC',
      validateQuery: false,
      fields: ['*all', '-comment', '-worklog', '-attachment'],
    });
  });
});

describe('counts and projects in Jira Data Center', () => {
  it('count by a search for no rows', async () => {
    const { reads, asked } = await open(serving([1, 2], 1000, 5000));
    expect(await reads.count('project = 10')).toBe(5000);
    expect(asked()[0]?.body.maxResults).toBe(0);
  });

  it('lists projects that are not archived, and asks of each whether it may be browsed', async () => {
    const { reads, asked } = await open(({ path, query }) => {
      if (path === '/rest/api/2/project')
        return {
          value: [
            { id: '1', key: 'A', projectKeys: ['OLD', 'A'] },
            { id: '2', key: 'B' },
            { id: '3', key: 'C', archived: true },
          ],
        };
      if (query.get('projectKey') === 'X')
        return { status: 404, value: { errorMessages: ['No project'], errors: {} } };
      const havePermission = query.get('projectKey') === 'A';
      return { value: { permissions: { BROWSE_PROJECTS: { id: '10', havePermission } } } };
    });
    const projects = await reads.projects();
    expect(projects).toEqual([
      { id: '1', key: 'A', keys: ['A', 'OLD'] },
      { id: '2', key: 'B', keys: ['B'] },
    ]);
    const gone = { id: '9', key: 'X', keys: ['X'] };
    const may = await Promise.all([...projects, gone].map((one) => reads.mayBrowse(one)));
    expect(may).toEqual([true, false, false]);
    expect(asked()[1]?.path).toBe('/rest/api/2/mypermissions');
  });
});
