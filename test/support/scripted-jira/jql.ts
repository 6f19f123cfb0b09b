import type { Issue, State } from './model/records.ts';

/** A query that Jira would not answer: 400 with these words. */
export class JqlError extends Error {}

type Test = (issue: Issue) => boolean;

export type Query = {
  matches: Test;
  /** False: newest first, as Jira orders what does not say. */
  oldestFirst: boolean;
};

const ORDER = /\s*ORDER BY created ASC$/;

const UNBOUNDED =
  'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.';

/** The forms that reconciliation uses, and nothing else: with times in epoch milliseconds, and ids. */
const CLAUSES: [RegExp, (state: State, values: number[], strict: boolean) => Test][] = [
  [
    /^updated >= (\d+)$/,
    (_, [from = 0]) =>
      ({ updated_ms }) =>
        updated_ms >= from,
  ],
  [
    /^created >= (-?\d+)$/,
    (_, [from = 0]) =>
      ({ created_ms }) =>
        created_ms >= from,
  ],
  [
    /^created < (-?\d+)$/,
    (_, [until = 0]) =>
      ({ created_ms }) =>
        created_ms < until,
  ],
  [
    /^project = (\d+)$/,
    (state, [id = 0], strict) => {
      check('project', browsable(state), [id], strict);
      return ({ project_id }) => project_id === id;
    },
  ],
  [
    /^project in \((\d+(?:, ?\d+)*)\)$/,
    (state, ids, strict) => {
      check('project', browsable(state), ids, strict);
      return ({ project_id }) => ids.includes(project_id);
    },
  ],
  [
    /^id in \((\d+(?:, ?\d+)*)\)$/,
    (state, ids, strict) => {
      check('id', state.issues, ids, strict);
      const wanted = new Set(ids);
      return ({ id }) => wanted.has(id);
    },
  ],
  [
    /^fixVersion = (\d+)$/,
    (state, [id = 0], strict) => {
      check('fixVersion', state.versions, [id], strict);
      return ({ fix_versions }) => fix_versions.includes(id);
    },
  ],
  [
    /^affectedVersion = (\d+)$/,
    (state, [id = 0], strict) => {
      check('affectedVersion', state.versions, [id], strict);
      return ({ affected_versions }) => affected_versions.includes(id);
    },
  ],
  [
    /^sprint = (\d+)$/,
    (state, [id = 0], strict) => {
      check('sprint', state.sprints, [id], strict);
      return ({ sprints }) => sprints.includes(id);
    },
  ],
  [
    /^sprint in openSprints(\(\))$/,
    (state) =>
      ({ sprints }) =>
        sprints.some((id) => state.sprints.get(id)?.state === 'active'),
  ],
];

/** What the account may not browse does not exist to it. */
const browsable = ({ projects }: State): ReadonlyMap<number, unknown> =>
  new Map([...projects].filter(([, one]) => one.browsable && one.status === 'live'));

const check = (field: string, known: ReadonlyMap<number, unknown>, ids: number[], strict: boolean): void => {
  const missing = ids.find((id) => !known.has(id));
  if (strict && missing !== undefined)
    throw new JqlError(`The value '${missing}' does not exist for the field '${field}'.`);
};

const clauseOf = (text: string, state: State, strict: boolean): Test => {
  for (const [form, read] of CLAUSES) {
    const values = form.exec(text)?.[1];
    if (values !== undefined) return read(state, values.split(',').map(Number), strict);
  }
  throw new JqlError(`Error in the JQL Query: the scripted Jira does not know '${text}'.`);
};

/** Parentheses, words between clauses, a clause, a function, or anything else up to the next space. */
const TOKEN = /\s*([()]|AND\b|OR\b|\w+ in \w*\([^()]*\)|\w+ (?:>=|<|=) \S+(?<!\))|\S+)/gy;

type Parser = { tokens: string[]; state: State; strict: boolean };

const factorOf = (parser: Parser): Test => {
  const token = parser.tokens.shift() ?? 'nothing';
  if (token !== '(') return clauseOf(token, parser.state, parser.strict);
  const inner = anyOf(parser);
  if (parser.tokens.shift() !== ')') throw new JqlError('Error in the JQL Query: Expecting )');
  return inner;
};

const allOf = (parser: Parser): Test => {
  const tests = [factorOf(parser)];
  while (parser.tokens[0] === 'AND' && parser.tokens.shift()) tests.push(factorOf(parser));
  return (issue) => tests.every((test) => test(issue));
};

/** AND binds closer than OR. */
const anyOf = (parser: Parser): Test => {
  const tests = [allOf(parser)];
  while (parser.tokens[0] === 'OR' && parser.tokens.shift()) tests.push(allOf(parser));
  return (issue) => tests.some((test) => test(issue));
};

/**
 * @param strict false: what does not exist matches nothing, instead of failing the query
 * @throws JqlError
 */
export const parseJql = (jql: string, state: State, strict: boolean): Query => {
  const text = jql.trim();
  const clauses = text.replace(ORDER, '');
  if (clauses === '' || /^order by/i.test(clauses)) throw new JqlError(UNBOUNDED);
  const tokens = [...clauses.matchAll(TOKEN)].flatMap(([, token]) => token ?? []);
  const matches = anyOf({ tokens, state, strict });
  if (tokens.length > 0) throw new JqlError(`Error in the JQL Query: Expecting end at '${tokens[0]}'.`);
  return { matches, oldestFirst: ORDER.test(text) };
};
