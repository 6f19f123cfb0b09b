import * as z from 'zod/mini';
import type { JiraClient } from '../client.ts';
import { JiraError } from '../jira-error.ts';
import { BODY_FIELDS, isWarning, project, readGroups, rows, sortBodies, toProject } from './common.ts';
import type { JiraProject, Page, Reads } from './reads.ts';
import { lost, placeAfter, readPlace } from './token-page.ts';

const MOST_ROWS = { id: 5000, updated: 1000 };

const page = z.object({
  issues: rows,
  nextPageToken: z.optional(z.nullable(z.string())),
  isLast: z.optional(z.nullable(z.boolean())),
  warnings: z.optional(z.unknown()),
});

const bulk = z.object({
  issues: z.array(z.unknown()),
  issueErrors: z.optional(z.nullable(z.array(z.unknown()))),
});

const projectPage = z.object({ values: z.array(project), isLast: z.boolean() });

/** Reads of Jira Cloud. */
export const cloudReads = (
  client: JiraClient,
): Pick<Reads, 'searchIds' | 'count' | 'readBodies' | 'projects' | 'mayBrowse'> => {
  const searchIds: Reads['searchIds'] = async ({ jql, fields }, next) => {
    const place = next === null ? null : readPlace(next);
    const path = '/rest/api/2/search/jql';
    const token = place === null ? {} : { nextPageToken: place.token };
    const body = { jql, fields: [fields], maxResults: MOST_ROWS[fields], ...token };
    const found = await client.read({ method: 'POST', path, body, answer: page }).catch((fault) => {
      throw place === null ? fault : orLost(fault);
    });
    const { issues, nextPageToken, isLast, warnings } = found.value;
    return {
      rows: issues.rows,
      odd: issues.odd,
      next: nextPageToken ? placeAfter(place, nextPageToken, issues.received) : null,
      rows_at: found.started_ms,
      complete: !isWarning(warnings) && (Boolean(nextPageToken) || isLast !== false),
      total: null,
    } satisfies Page;
  };

  const readGroup = async (ids: readonly string[]) => {
    const path = '/rest/api/2/issue/bulkfetch';
    const body = { issueIdsOrKeys: ids, fields: BODY_FIELDS };
    const { value, started_ms } = await client.read({ method: 'POST', path, body, answer: bulk });
    return sortBodies(ids, { value: value.issues, started_ms }, 'id', value.issueErrors ?? []);
  };

  return {
    searchIds,
    count: async (jql) => {
      const path = '/rest/api/2/search/approximate-count';
      const answer = z.object({ count: z.number() });
      return (await client.read({ method: 'POST', path, body: { jql }, answer })).value.count;
    },
    readBodies: (ids) => readGroups(ids, readGroup),
    projects: () => allProjects(client),
    mayBrowse: async () => true,
  };
};

/** A rejection means that the page token is no longer valid: Jira accepted the same query without it. */
const orLost = (fault: unknown): unknown =>
  fault instanceof JiraError && fault.fault === 'refused'
    ? lost('Jira no longer takes the token of the next page')
    : fault;

const PROJECTS = { action: 'browse', expand: 'projectKeys', status: 'live', orderBy: 'key' };

/** More pages than any site has: ends the loop if a server keeps inventing projects. */
const MOST_PROJECT_PAGES = 2_000;

/** Page by page, advancing by what was received. Jira answers 404 if there are no projects. */
const allProjects = async (client: JiraClient): Promise<JiraProject[]> => {
  const all = new Map<string, JiraProject>();
  for (let [startAt, pages] = [0, 1]; ; pages += 1) {
    const query = new URLSearchParams({ ...PROJECTS, startAt: String(startAt), maxResults: '100' });
    const path = `/rest/api/2/project/search?${query}`;
    const gone = { values: [], isLast: true };
    const { values, isLast } = (await client.read({ method: 'GET', path, answer: projectPage, gone })).value;
    const known = all.size;
    for (const one of values) all.set(one.id, toProject(one));
    if (isLast) return [...all.values()];
    if (all.size === known || pages > MOST_PROJECT_PAGES)
      throw lost('Jira gives a page of projects without any new one, and says that more follow');
    startAt += values.length;
  }
};
