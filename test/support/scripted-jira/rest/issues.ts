import { isJsonObject, type Json, type JsonObject } from '../../../../src/domain/json.ts';
import { bodyOf } from '../model/body.ts';
import type { Issue } from '../model/records.ts';
import {
  type Asked,
  fieldsIn,
  mayRead,
  NOTHING_HERE,
  type Reply,
  type RestSite,
  type Route,
  refuse,
  unknownIn,
} from './reply.ts';

const ISSUE = /^\/rest\/api\/2\/issue\/([^/]+)$/;
const BULK = '/rest/api/2/issue/bulkfetch';
const MOST = 100;

const BULK_KNOWN = ['issueIdsOrKeys', 'fields', 'fieldsByKeys', 'expand', 'properties'];

const readable = ({ site }: RestSite, idOrKey: string): Issue | null => {
  const issue = site.find(idOrKey);
  return issue !== null && mayRead(site.state, issue) ? issue : null;
};

const missing = ({ look }: RestSite): Reply =>
  look().cloud
    ? refuse(404, 'Issue does not exist or you do not have permission to see it.')
    : refuse(404, 'Issue Does Not Exist');

/** What an edit does to the labels. */
const labelsAfter = ({ labels }: Issue, operations: Json | undefined): string[] => {
  let after = [...labels];
  for (const operation of Array.isArray(operations) ? operations : []) {
    if (!isJsonObject(operation)) continue;
    after = after.filter((label) => label !== operation.remove && label !== operation.add);
    if (typeof operation.add === 'string') after.push(operation.add);
  }
  return after;
};

const change = ({ site }: RestSite, issue: Issue, { update, fields }: JsonObject): Reply => {
  const summary = isJsonObject(fields) && typeof fields.summary === 'string' ? fields.summary : issue.summary;
  const labels = isJsonObject(update) ? labelsAfter(issue, update.labels) : issue.labels;
  site.edit(issue.id, { summary, labels });
  return { status: 204 };
};

/** One issue, from the database: by id or any key it had. */
export const oneIssue: Route = (asked, rest) => {
  const name = ISSUE.exec(asked.path)?.[1];
  if (name === undefined || name === 'bulkfetch') return null;
  const issue = readable(rest, decodeURIComponent(name));
  if (issue === null) return missing(rest);
  if (asked.method === 'PUT') return change(rest, issue, asked.body);
  if (asked.method !== 'GET') return NOTHING_HERE;
  return { status: 200, value: bodyOf(rest.site.state, issue, rest.look(), fieldsIn(asked, ['*all'])) };
};

const readMany = (asked: Asked, rest: RestSite, names: readonly string[]): Reply => {
  const found = new Map(
    names.flatMap((name) => readable(rest, name) ?? []).map((issue) => [issue.id, issue]),
  );
  const [refused, read] = [...found.values()]
    .sort((a, b) => a.id - b.id)
    .reduce<[Issue[], Issue[]]>(
      ([no, yes], issue) =>
        rest.refuseBulk(String(issue.id), names.length) ? [[...no, issue], yes] : [no, [...yes, issue]],
      [[], []],
    );
  const fields = fieldsIn(asked, ['*navigable']);
  return {
    status: 200,
    value: {
      issues: read.map((issue) => bodyOf(rest.site.state, issue, rest.look(), fields)),
      issueErrors: refused.map(({ id }) => ({ id: String(id), errorMessage: 'Please try again.' })),
    },
  };
};

/** Cloud reads a hundred at once; what is not there, or not permitted, is in neither list. */
export const bulkFetch: Route = (asked, rest) => {
  if (asked.path !== BULK || asked.method !== 'POST') return null;
  const unknown = unknownIn(asked, BULK_KNOWN);
  const { issueIdsOrKeys: names } = asked.body;
  if (unknown !== undefined || !Array.isArray(names) || names.some((name) => typeof name !== 'string'))
    return refuse(400, 'Invalid request payload. Refer to the REST API documentation and try again.');
  if (names.length === 0 || names.length > MOST) return refuse(400, `Ask for 1 to ${MOST} issues.`);
  return readMany(asked, rest, names.map(String));
};
