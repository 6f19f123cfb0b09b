import { bodyOf } from '../model/body.ts';
import type { Issue } from '../model/records.ts';
import {
  type Asked,
  fieldsIn,
  findAll,
  orRefused,
  type Reply,
  type RestSite,
  type Route,
  refuse,
  unknownIn,
  valueIn,
} from './reply.ts';

const PATH = '/rest/api/2/search/jql';
const COUNT_PATH = '/rest/api/2/search/approximate-count';

const KNOWN = [
  'jql',
  'nextPageToken',
  'maxResults',
  'fields',
  'expand',
  'properties',
  'fieldsByKeys',
  'failFast',
];

/** Pages of ids are long, those of whole issues short, whatever is asked for. */
const MOST_IDS = 5000;
const MOST_BODIES = 100;

const BAD_TOKEN = 'The nextPageToken is invalid or has expired.';

/** Where a page ended, and of which query. */
type Position = { jql: string; created_ms: number; id: number };

const tokenOf = (position: Position): string => Buffer.from(JSON.stringify(position)).toString('base64url');

const isAfter = ({ created_ms, id }: Position, issue: Issue): boolean =>
  issue.created_ms > created_ms || (issue.created_ms === created_ms && issue.id > id);

const afterToken = (found: Issue[], token: string, jql: string): Issue[] | null => {
  try {
    const position: Position = JSON.parse(Buffer.from(token, 'base64url').toString());
    const first = position.jql === jql ? found.findIndex((issue) => isAfter(position, issue)) : -1;
    if (position.jql !== jql) return null;
    return first < 0 ? [] : found.slice(first);
  } catch {
    return null;
  }
};

const pageOf = (asked: Asked, rest: RestSite): Reply => {
  const jql = valueIn(asked, 'jql') ?? '';
  const fields = fieldsIn(asked, ['id']);
  const isShort = fields.every((name) => ['id', 'key', 'updated'].includes(name));
  const wanted = Number(valueIn(asked, 'maxResults') ?? 50);
  const most = Math.min(wanted, rest.most_rows, isShort ? MOST_IDS : MOST_BODIES);
  const found = findAll(rest, jql, true);
  const token = valueIn(asked, 'nextPageToken');
  const left = token === null ? found : afterToken(found, token, jql);
  if (left === null) return refuse(400, BAD_TOKEN);
  const rows = left.slice(0, most);
  const last = rows.at(-1);
  const isLast = rows.length === left.length || last === undefined;
  const state = rest.index.see();
  const issues = rows.map((issue) =>
    fields.join() === 'id' ? { id: String(issue.id) } : bodyOf(state, issue, rest.look(), fields),
  );
  const more = isLast ? {} : { nextPageToken: tokenOf({ jql, created_ms: last.created_ms, id: last.id }) };
  return { status: 200, value: { issues, ...more, isLast } };
};

/** Cloud's search: by token, without a total, of a lagging index, with no property that it does not know. */
export const searchCloud: Route = (asked, rest) => {
  const { path, method } = asked;
  if (path === COUNT_PATH && method === 'POST')
    return orRefused(() => ({
      status: 200,
      value: { count: findAll(rest, valueIn(asked, 'jql') ?? '', true).length },
    }));
  if (path === '/rest/api/2/search')
    return refuse(
      410,
      'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.',
    );
  if (path !== PATH || !['GET', 'POST'].includes(method)) return null;
  const unknown = unknownIn(asked, KNOWN);
  if (unknown !== undefined) return refuse(400, `Invalid request payload: ${unknown}`);
  return orRefused(() => pageOf(asked, rest));
};
