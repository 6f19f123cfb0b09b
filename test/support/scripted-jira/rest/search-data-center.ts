import { bodyOf } from '../model/body.ts';
import {
  type Asked,
  fieldsIn,
  findAll,
  orRefused,
  type Reply,
  type RestSite,
  type Route,
  refuse,
  valueIn,
} from './reply.ts';

const PATH = '/rest/api/2/search';

const NAVIGABLE = ['*navigable', '-comment', '-worklog', '-attachment'];

/** As far as the new search platform goes. */
const WINDOW = 10_000;

const pageOf = (asked: Asked, rest: RestSite): Reply => {
  const startAt = Number(valueIn(asked, 'startAt') ?? 0);
  const most = Math.min(Number(valueIn(asked, 'maxResults') ?? 50), rest.most_rows);
  if (startAt >= WINDOW)
    return refuse(400, `The result window ends at ${WINDOW}: ask for less, or for another part.`);
  const strict = valueIn(asked, 'validateQuery') !== 'false';
  const found = findAll(rest, valueIn(asked, 'jql') ?? '', strict);
  const fields = fieldsIn(asked, NAVIGABLE);
  const state = rest.index.see();
  const issues = found
    .slice(startAt, startAt + most)
    .map((issue) => bodyOf(state, issue, rest.look(), fields));
  return {
    status: 200,
    value: { expand: 'schema,names', startAt, maxResults: most, total: found.length, issues },
  };
};

/** Data Center's search: by offset, with a total, a cap it does not speak of, and a window. */
export const searchDataCenter: Route = (asked, rest) =>
  asked.path === PATH && ['GET', 'POST'].includes(asked.method) ? orRefused(() => pageOf(asked, rest)) : null;
