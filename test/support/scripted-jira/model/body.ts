import type { JsonObject } from '../../../../src/domain/json.ts';
import { customFieldsOf } from './custom-fields.ts';
import { type Issue, keyOf, type State } from './records.ts';

/** Who looks, and the how-manieth look it is: some values are other ones each time, though nothing changed. */
export type Look = {
  cloud: boolean;
  /** What `self` begins with. */
  url: string;
  count: number;
};

const CATEGORIES = {
  'To Do': { id: 2, key: 'new', colorName: 'blue-gray', name: 'To Do' },
  'In Progress': { id: 4, key: 'indeterminate', colorName: 'yellow', name: 'In Progress' },
  Done: { id: 3, key: 'done', colorName: 'green', name: 'Done' },
} as const;

const LEVELS = { Epic: 1, Story: 0, Task: 0, 'Sub-task': -1 } as const;

const ZONE_MS = 7 * 3_600_000;

/** As Jira writes times: milliseconds, and the server's zone without a colon. */
const jiraTime = (ms: number): string => new Date(ms - ZONE_MS).toISOString().replace('Z', '-0700');

/** Lists come in any order. */
const turned = <T>(list: readonly T[], count: number): T[] => {
  const at = list.length === 0 ? 0 : count % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
};

export const personOf = (state: State, id: string, { cloud, url }: Look): JsonObject => {
  const name = state.users.get(id)?.name ?? id;
  const shown = { displayName: name, active: true, timeZone: 'America/Phoenix' };
  const avatarUrls = { '48x48': `${url}/secure/useravatar?id=${id}` };
  return cloud
    ? {
        self: `${url}/rest/api/2/user?accountId=${id}`,
        accountId: id,
        accountType: 'atlassian',
        avatarUrls,
        ...shown,
      }
    : {
        self: `${url}/rest/api/2/user?username=${id}`,
        name: id,
        key: id,
        emailAddress: `${id}@example.com`,
        avatarUrls,
        ...shown,
      };
};

const statusOf = ({ status }: Issue, { url }: Look): JsonObject => {
  const category = CATEGORIES[status];
  const self = `${url}/rest/api/2/statuscategory/${category.id}`;
  return {
    self: `${url}/rest/api/2/status/1000${category.id}`,
    id: `1000${category.id}`,
    name: status,
    description: '',
    iconUrl: `${url}/images/icons/status.png`,
    statusCategory: { self, ...category },
  };
};

const typeOf = ({ type }: Issue, { url, cloud }: Look): JsonObject => ({
  self: `${url}/rest/api/2/issuetype/${type}`,
  id: String(10_100 + LEVELS[type]),
  name: type,
  description: '',
  iconUrl: `${url}/images/icons/type.png`,
  subtask: type === 'Sub-task',
  ...(cloud ? { hierarchyLevel: LEVELS[type] } : {}),
});

const shortOf = (state: State, issue: Issue, look: Look): JsonObject => ({
  id: String(issue.id),
  key: keyOf(state, issue),
  self: `${look.url}/rest/api/2/issue/${issue.id}`,
  fields: { summary: issue.summary, status: statusOf(issue, look), issuetype: typeOf(issue, look) },
});

const namedOf = (
  from: ReadonlyMap<number, { id: number; name: string }>,
  ids: readonly number[],
  what: string,
  { url, count }: Look,
): JsonObject[] =>
  turned(
    ids.flatMap((id) => from.get(id) ?? []),
    count,
  ).map(({ id, name }) => ({ self: `${url}/rest/api/2/${what}/${id}`, id: String(id), name }));

const linksOf = (state: State, { links }: Issue, look: Look): JsonObject[] =>
  turned(links, look.count).flatMap(({ type, direction, issue_id }): JsonObject[] => {
    const other = state.issues.get(issue_id);
    if (other === undefined) return [];
    const kind = { id: '10000', name: type, inward: 'is blocked by', outward: 'blocks' };
    return [{ id: String(issue_id), type: kind, [`${direction}Issue`]: shortOf(state, other, look) }];
  });

const othersOf = (state: State, ids: readonly number[], look: Look): JsonObject[] =>
  turned(ids, look.count).flatMap((id): JsonObject[] => {
    const other = state.issues.get(id);
    return other === undefined ? [] : [shortOf(state, other, look)];
  });

/** What every issue has, and nobody reads. */
const UNREAD: JsonObject = {
  timespent: null,
  aggregatetimespent: null,
  resolutiondate: null,
  workratio: -1,
  lastViewed: null,
  timeestimate: null,
  aggregatetimeoriginalestimate: null,
  timeoriginalestimate: null,
  timetracking: {},
  security: null,
  aggregatetimeestimate: null,
  aggregateprogress: { progress: 0, total: 0 },
  progress: { progress: 0, total: 0 },
  environment: null,
  duedate: null,
  attachment: [],
  comment: { comments: [], maxResults: 0, total: 0, startAt: 0 },
  worklog: { startAt: 0, maxResults: 20, total: 0, worklogs: [] },
};

const projectOf = ({ projects }: State, { project_id }: Issue, { url }: Look): JsonObject => {
  const project = projects.get(project_id);
  return {
    self: `${url}/rest/api/2/project/${project_id}`,
    id: String(project_id),
    key: project?.key ?? '',
    name: project?.name ?? '',
    projectTypeKey: 'software',
    avatarUrls: { '48x48': `${url}/secure/projectavatar?pid=${project_id}` },
  };
};

const PERSON = 'reporter-of-all';

const fieldsOf = (state: State, issue: Issue, look: Look): JsonObject => {
  const parent = issue.parent === null ? undefined : state.issues.get(issue.parent);
  const reporter = personOf(state, PERSON, look);
  return {
    ...UNREAD,
    issuetype: typeOf(issue, look),
    project: projectOf(state, issue, look),
    summary: issue.summary,
    description: issue.description,
    status: statusOf(issue, look),
    resolution: issue.status === 'Done' ? { id: '10000', name: 'Done' } : null,
    priority: { id: '3', name: 'Medium', self: `${look.url}/rest/api/2/priority/3` },
    labels: turned(issue.labels, look.count),
    assignee: issue.assignee === null ? null : personOf(state, issue.assignee, look),
    reporter,
    creator: reporter,
    components: namedOf(state.components, issue.components, 'component', look),
    fixVersions: namedOf(state.versions, issue.fix_versions, 'version', look),
    versions: namedOf(state.versions, issue.affected_versions, 'version', look),
    issuelinks: linksOf(state, issue, look),
    subtasks: othersOf(state, issue.subtasks, look),
    ...(parent === undefined ? {} : { parent: shortOf(state, parent, look) }),
    watches: { self: `${look.url}/rest/api/2/issue/${issue.id}/watchers`, watchCount: 0, isWatching: false },
    votes: { self: `${look.url}/rest/api/2/issue/${issue.id}/votes`, votes: 0, hasVoted: false },
    created: jiraTime(issue.created_ms),
    updated: jiraTime(issue.updated_ms),
    ...customFieldsOf(state, issue, look),
    ...issue.custom,
  };
};

const EXPAND = 'operations,versionedRepresentations,editmeta,changelog,renderedFields';

/** Which of all fields a request wants: names, `*all`, `*navigable`, and names with a minus. */
const pick = (fields: JsonObject, wanted: readonly string[]): JsonObject => {
  const all =
    wanted.some((name) => name === '*all' || name === '*navigable') ||
    wanted.every((name) => name.startsWith('-'));
  const isWanted = (name: string): boolean => (all || wanted.includes(name)) && !wanted.includes(`-${name}`);
  return Object.fromEntries(Object.entries(fields).filter(([name]) => isWanted(name)));
};

/** An issue as REST v2 shows it, and webhooks too. `wanted`: as requests name fields. */
export const bodyOf = (
  state: State,
  issue: Issue,
  look: Look,
  wanted: readonly string[] = ['*all'],
): JsonObject => {
  const self = `${look.url}/rest/api/2/issue/${issue.id}`;
  const frame = { expand: EXPAND, id: String(issue.id), self, key: keyOf(state, issue) };
  const cheap = wanted.every((name) => name === 'updated' || name === 'id' || name === 'key');
  if (!cheap) return { ...frame, fields: pick(fieldsOf(state, issue, look), wanted) };
  return wanted.includes('updated') ? { ...frame, fields: { updated: jiraTime(issue.updated_ms) } } : frame;
};
