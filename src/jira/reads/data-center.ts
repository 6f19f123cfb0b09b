import * as z from 'zod/mini';
import type { JiraClient, Read } from '../client.ts';
import { BODY_FIELDS, isWarning, project, readGroups, rows, sortBodies, toProject } from './common.ts';
import type { Reads, Row } from './reads.ts';
import { lost } from './token-page.ts';

/** More rows cannot be paged through reliably: Jira's window ends at 10,000, and new issues arrive meanwhile. */
const MOST_OF_A_SEARCH = 9_000;

/** Jira silently returns fewer if its administrator has set a lower limit. */
const MOST_ROWS = 1_000;

/** How many issues the index may count without returning them: it is never quite exact. */
const mayLack = (total: number): number => Math.max(100, total / 20);

const pageOf = <T>(issues: z.ZodMiniType<T>) =>
  z.object({
    issues,
    total: z.int().check(z.nonnegative()),
    warningMessages: z.optional(z.unknown()),
  });

const rowPage = pageOf(rows);
const bodyPage = pageOf(z.array(z.unknown()));

const projects = z.array(z.object({ ...project.shape, archived: z.optional(z.nullable(z.boolean())) }));

const permissions = z.object({
  permissions: z.object({ BROWSE_PROJECTS: z.object({ havePermission: z.boolean() }) }),
});

/** Where a page starts, and the id of the first issue of the previous page. */
type Place = { startAt: number; before: string | null };

const readPlace = (next: string | null): Place => {
  if (next === null) return { startAt: 0, before: null };
  const [, start, before = null] = /^(\d{1,9})(?:#(\d+))?$/.exec(next) ?? [];
  if (start !== undefined) return { startAt: Number(start), before };
  throw lost('the place where the search stopped cannot be read');
};

/** Detects an index that ignores paging: it returns its first rows for ever, and they would count as all. */
const checkMoved = ({ before }: Place, [first]: readonly Row[]): void => {
  if (before !== null && first?.id === before) throw lost('Jira gives the same page again');
};

/** Reads of Jira Data Center and of Jira Server. */
export const dataCenterReads = (
  client: JiraClient,
): Pick<Reads, 'searchIds' | 'count' | 'readBodies' | 'projects' | 'mayBrowse'> => {
  const search = <T>(answer: z.ZodMiniType<T>, body: object): Promise<Read<T>> =>
    client.read({ method: 'POST', path: '/rest/api/2/search', body, answer });

  const searchIds: Reads['searchIds'] = async ({ jql, fields }, next) => {
    const place = readPlace(next);
    const { startAt } = place;
    const body = { jql, startAt, maxResults: MOST_ROWS, fields: [fields] };
    const { value, started_ms } = await search(rowPage, body);
    const { issues, total, warningMessages } = value;
    checkMoved(place, issues.rows);
    const end = startAt + issues.received;
    const fits = total <= MOST_OF_A_SEARCH;
    // A short page need not be the last one, but an empty page is: the missing rows cannot be read.
    const isLast = !fits || issues.received === 0 || end >= total;
    const isWhole = end >= total || (end > 0 && total - end <= mayLack(total));
    return {
      rows: issues.rows,
      odd: issues.odd,
      next: isLast ? null : `${end}#${issues.rows[0]?.id}`,
      rows_at: started_ms,
      complete: fits && !isWarning(warningMessages) && (!isLast || isWhole),
      total,
    };
  };

  const readGroup = async (ids: readonly string[]) => {
    // With validation, a single id that no longer exists would fail the whole search.
    const query = { jql: `id in (${ids.join(',')}) ORDER BY created ASC`, validateQuery: false };
    const issues: unknown[] = [];
    let first: number | null = null;
    for (;;) {
      const place = { startAt: issues.length, maxResults: ids.length };
      const page = await search(bodyPage, { ...query, ...place, fields: BODY_FIELDS });
      first ??= page.started_ms;
      issues.push(...page.value.issues);
      // Do not read on because of an impossible total.
      const most = Math.min(page.value.total, ids.length);
      if (page.value.issues.length === 0 || issues.length >= most) break;
    }
    return sortBodies(ids, { value: issues, started_ms: first }, 'search');
  };

  return {
    searchIds,
    count: async (jql) => (await search(rowPage, { jql, maxResults: 0, fields: ['id'] })).value.total,
    readBodies: (ids) => readGroups(ids, readGroup),
    projects: async () => {
      const path = '/rest/api/2/project?expand=projectKeys';
      const { value } = await client.read({ method: 'GET', path, answer: projects });
      return value.filter(({ archived }) => archived !== true).map(toProject);
    },
    mayBrowse: async ({ key }) => {
      const path = `/rest/api/2/mypermissions?${new URLSearchParams({ projectKey: key })}`;
      const gone = { permissions: { BROWSE_PROJECTS: { havePermission: false } } };
      const { value } = await client.read({ method: 'GET', path, answer: permissions, gone });
      return value.permissions.BROWSE_PROJECTS.havePermission;
    },
  };
};
