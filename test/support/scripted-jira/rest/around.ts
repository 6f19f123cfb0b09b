import type { JsonObject } from '../../../../src/domain/json.ts';
import { personOf } from '../model/body.ts';
import { fieldList } from '../model/custom-fields.ts';
import type { Project } from '../model/records.ts';
import { type Asked, type Reply, type RestSite, type Route, refuse } from './reply.ts';

const MOST_PROJECTS = 50;

/** Who asks. */
export const ACCOUNT = 'account-of-the-token';

const expands = ({ query }: Asked, name: string): boolean =>
  (query.get('expand') ?? '').split(',').includes(name);

const projectBody = ({ id, key, name, keys, status }: Project, asked: Asked, rest: RestSite): JsonObject => ({
  self: `${rest.look().url}/rest/api/2/project/${id}`,
  id: String(id),
  key,
  name,
  projectTypeKey: 'software',
  avatarUrls: {},
  ...(rest.look().cloud ? { simplified: false, style: 'classic', properties: {} } : {}),
  ...(status === 'archived' ? { archived: true } : {}),
  ...(expands(asked, 'projectKeys') ? { projectKeys: [...keys] } : {}),
});

const projectsOf = ({ site }: RestSite): Project[] =>
  [...site.state.projects.values()].sort((a, b) => (a.key < b.key ? -1 : 1));

/** `view` lists what an administrator cannot read, too. */
const searchProjects = (asked: Asked, rest: RestSite): Reply => {
  const status = asked.query.get('status') ?? 'live';
  const all = projectsOf(rest)
    .filter((one) => status.split(',').includes(one.status))
    .filter(({ browsable }) => browsable || asked.query.get('action') !== 'browse');
  const startAt = Number(asked.query.get('startAt') ?? 0);
  const maxResults = Math.min(Number(asked.query.get('maxResults') ?? MOST_PROJECTS), 100, rest.most_rows);
  const values = all.slice(startAt, startAt + maxResults).map((one) => projectBody(one, asked, rest));
  const isLast = startAt + values.length >= all.length;
  const self = `${rest.look().url}${asked.path}`;
  const next = isLast ? {} : { nextPage: `${self}?startAt=${startAt + values.length}` };
  return { status: 200, value: { self, ...next, startAt, maxResults, total: all.length, isLast, values } };
};

export const projectsCloud: Route = (asked, rest) =>
  asked.path === '/rest/api/2/project/search' && asked.method === 'GET' ? searchProjects(asked, rest) : null;

const PROJECT = /^\/rest\/api\/2\/project\/([^/]+)$/;

const named = (rest: RestSite, idOrKey: string | null): Project | undefined =>
  projectsOf(rest).find(({ id, keys }) => String(id) === idOrKey || keys.includes(idOrKey ?? ''));

const oneProject = (asked: Asked, rest: RestSite, idOrKey: string): Reply => {
  const project = named(rest, idOrKey);
  return project === undefined
    ? refuse(404, `No project could be found with key '${idOrKey}'.`)
    : { status: 200, value: { ...projectBody(project, asked, rest), projectKeys: [...project.keys] } };
};

/** All at once, without pages; an administrator sees more than the account may browse. */
export const projectsDataCenter: Route = (asked, rest) => {
  if (asked.method !== 'GET') return null;
  const archived = asked.query.get('includeArchived') === 'true';
  const isShown = ({ status }: Project): boolean => status === 'live' || (archived && status === 'archived');
  if (asked.path === '/rest/api/2/project')
    return {
      status: 200,
      value: projectsOf(rest)
        .filter(isShown)
        .map((one) => projectBody(one, asked, rest)),
    };
  const name = PROJECT.exec(asked.path)?.[1];
  return name === undefined ? null : oneProject(asked, rest, decodeURIComponent(name));
};

/** Whether the account may browse a project. */
export const permissions: Route = (asked, rest) => {
  if (asked.path !== '/rest/api/2/mypermissions') return null;
  const name = asked.query.get('projectKey') ?? asked.query.get('projectId');
  const project = named(rest, name);
  if (project === undefined) return refuse(404, `No project could be found with key '${name}'.`);
  const browse = {
    id: '10',
    key: 'BROWSE_PROJECTS',
    name: 'Browse Projects',
    type: 'PROJECT',
    description: '',
  };
  return {
    status: 200,
    value: { permissions: { BROWSE_PROJECTS: { ...browse, havePermission: project.browsable } } },
  };
};

const GROUPS = { size: 1, items: [{ name: 'jira-users', self: '' }] };

/** Fields of the site, and who asks. */
export const facts: Route = ({ path, method, query }, { site, look }) => {
  if (method !== 'GET') return null;
  if (path === '/rest/api/2/field') return { status: 200, value: fieldList(look().cloud) };
  if (path !== '/rest/api/2/myself') return null;
  const groups = (query.get('expand') ?? '').includes('groups') ? GROUPS : { size: 1, items: [] };
  return { status: 200, value: { ...personOf(site.state, ACCOUNT, look()), groups } };
};
