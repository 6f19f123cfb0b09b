import type { JsonObject } from '../../../../src/domain/json.ts';
import { JqlError, parseJql, type Query } from '../jql.ts';
import type { Look } from '../model/body.ts';
import type { LaggingIndex } from '../model/lagging-index.ts';
import type { Issue, State } from '../model/records.ts';
import type { Site } from '../model/site.ts';

/** What a healthy server answers. */
export type Reply = { status: number; value?: unknown };

export const NOTHING_HERE: Reply = {
  status: 404,
  value: { errorMessages: ['There is nothing here'], errors: {} },
};

export const refuse = (status: number, ...errorMessages: string[]): Reply => ({
  status,
  value: { errorMessages, errors: {} },
});

/** What a request is answered from. */
export type RestSite = {
  site: Site;
  index: LaggingIndex;
  look(): Look;
  /** How many rows a page has at most, whatever is asked for. */
  most_rows: number;
  /** True: this issue of a group of so many is not read now. */
  refuseBulk(id: string, group: number): boolean;
};

export type Asked = { method: string; path: string; query: URLSearchParams; body: JsonObject };

/** Null: not this part's. */
export type Route = (asked: Asked, rest: RestSite) => Reply | null;

/** The account may not read what is in a project it cannot browse, or what issue security hides. */
export const mayRead = ({ projects }: State, { project_id, visible }: Issue): boolean => {
  const project = projects.get(project_id);
  return visible && project?.browsable === true && project.status !== 'deleted';
};

const listIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.flatMap((one) => String(one).split(',')) : [];

/** Fields as a query or a body names them. */
export const fieldsIn = ({ query, body }: Asked, otherwise: readonly string[]): readonly string[] => {
  const named = [...listIn(query.getAll('fields')), ...listIn(body.fields)].map((name) => name.trim());
  return named.length > 0 ? named : otherwise;
};

/** A number or a text of a query or a body. */
export const valueIn = ({ query, body }: Asked, name: string): string | null => {
  const value = query.get(name) ?? body[name];
  return value === undefined || value === null ? null : String(value);
};

/** Names of a request that are not of these. */
export const unknownIn = ({ query, body }: Asked, known: readonly string[]): string | undefined =>
  [...query.keys(), ...Object.keys(body)].find((name) => !known.includes(name));

/** A query that Jira refuses is a 400, and no fault of the server. */
export const orRefused = (reply: () => Reply): Reply => {
  try {
    return reply();
  } catch (fault) {
    if (fault instanceof JqlError) return refuse(400, fault.message);
    throw fault;
  }
};

/** What a query finds in the index as it is now, in its order; archived projects are not in it. @throws JqlError */
export const findAll = ({ index }: RestSite, jql: string, strict: boolean): Issue[] => {
  const seen = index.see();
  const { matches, oldestFirst }: Query = parseJql(jql, seen, strict);
  const found = index
    .sorted()
    .filter(
      (issue) =>
        matches(issue) && mayRead(seen, issue) && seen.projects.get(issue.project_id)?.status === 'live',
    );
  return oldestFirst ? found : found.reverse();
};
