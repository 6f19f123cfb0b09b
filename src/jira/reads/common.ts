import * as z from 'zod/mini';
import { instantOf } from '../../domain/instant.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { chunks } from '../../platform/chunks.ts';
import type { JiraClient, Read } from '../client.ts';
import { JiraError } from '../jira-error.ts';
import type { Bodies, FieldName, JiraProject, Look, Reads, Row } from './reads.ts';

/** The fields that an issue's row stores; the excluded ones are large and have events of their own. */
export const BODY_FIELDS = ['*all', '-comment', '-worklog', '-attachment'];

/** The maximum number of bodies that Cloud returns per request. */
const BODIES_AT_A_TIME = 100;

const jsonObject = z.custom<JsonObject>(isJsonObject);

const gone: { gone: true } | { issue: JsonObject } = { gone: true };

const foundIssue = z.pipe(
  jsonObject,
  z.transform((issue): { gone: true } | { issue: JsonObject } => ({ issue })),
);

const fieldSchema = z.object({
  type: z.optional(z.string()),
  items: z.optional(z.nullable(z.string())),
  custom: z.optional(z.nullable(z.string())),
});

const field = z.object({ id: z.string(), name: z.string(), schema: z.optional(z.nullable(fieldSchema)) });

const toFieldName = ({ id, name, schema }: z.output<typeof field>): FieldName => ({
  id,
  name,
  type: schema?.type ?? null,
  items: schema?.items ?? null,
  custom: schema?.custom ?? null,
});

/** The reads that are the same for every Jira. */
export const sharedReads = (
  client: JiraClient,
): Pick<Reads, 'readIssue' | 'fieldNames' | 'now' | 'traffic'> => ({
  traffic: client.traffic,
  readIssue: async (idOrKey) => {
    const query = new URLSearchParams({ fields: BODY_FIELDS.join(',') });
    const path = `/rest/api/2/issue/${encodeURIComponent(idOrKey)}?${query}`;
    const { value, started_ms } = await client.read({ method: 'GET', path, answer: foundIssue, gone });
    return 'gone' in value ? value : { look: { read: 'id', started_ms, issue: value.issue } };
  },
  fieldNames: async () => {
    const request = { method: 'GET', path: '/rest/api/2/field', answer: z.array(field) } as const;
    return (await client.read(request)).value.map(toFieldName);
  },
  now: async () => {
    const path = '/rest/api/2/serverInfo';
    return (await client.read({ method: 'GET', path, answer: jsonObject })).started_ms;
  },
});

/** Some servers send it as a number. */
const issueId = z.union([
  z.string().check(z.regex(/^\d{1,20}$/)),
  z.pipe(z.int().check(z.nonnegative()), z.transform(String)),
]);

/** A row of a search: only the id is required. */
const row = z.pipe(
  z.object({ id: issueId, fields: z.optional(z.unknown()) }),
  z.transform(({ id, fields }): Row => ({ id, updated_ms: updatedOf(fields) })),
);

/** The rows of a page. Unreadable rows are only counted, but if all are unreadable, the page is rejected. */
export const rows = z.pipe(
  z
    .array(z.unknown())
    .check(z.refine((all) => all.length === 0 || all.some((one) => z.safeParse(row, one).success))),
  z.transform((all) => {
    const read = all.map((one) => z.safeParse(row, one));
    const usable = read.flatMap(({ data }) => data ?? []);
    return { rows: usable, odd: all.length - usable.length, received: all.length };
  }),
);

const updatedOf = (fields: unknown): number | null =>
  isJsonObject(fields) ? instantOf(own(fields, 'updated')) : null;

/** Whether Jira warns that it does not show everything, whatever the kind of warning. */
export const isWarning = (warnings: unknown): boolean =>
  Array.isArray(warnings) ? warnings.length > 0 : warnings !== undefined && warnings !== null;

const idOf = (issue: unknown): string | null => {
  const id = z.safeParse(issueId, isJsonObject(issue) ? own(issue, 'id') : undefined);
  return id.success ? id.data : null;
};

/**
 * Sorts the requested ids by what the answer says about each.
 * @param errors issues that Jira could not read this time
 */
export const sortBodies = (
  ids: readonly string[],
  { value: issues, started_ms }: Read<readonly unknown[]>,
  read: Look['read'],
  errors: readonly unknown[] = [],
): Bodies => {
  const found = new Set(issues.map(idOf));
  const failed = new Set(errors.map(idOf));
  const left = ids.filter((id) => !found.has(id));
  // An entry without a readable id may be any of the ids that were not found.
  const isUnread = (id: string): boolean => failed.has(id) || failed.has(null) || found.has(null);
  return {
    looks: issues.filter(isJsonObject).map((issue) => ({ read, started_ms, issue })),
    missing: left.filter((id) => !isUnread(id)),
    retry: left.filter(isUnread),
  };
};

export const project = z.object({
  id: z.union([z.string(), z.pipe(z.int(), z.transform(String))]),
  key: z.string(),
  projectKeys: z.optional(z.nullable(z.array(z.string()))),
});

/** The current key comes first. */
export const toProject = ({ id, key, projectKeys }: z.output<typeof project>): JiraProject => ({
  id,
  key,
  keys: [...new Set([key, ...(projectKeys ?? [])])],
});

const NONE: Bodies = { looks: [], missing: [], retry: [] };

const add = (some: Bodies, more: Bodies): Bodies => ({
  looks: [...some.looks, ...more.looks],
  missing: [...some.missing, ...more.missing],
  retry: [...some.retry, ...more.retry],
});

type ReadGroup = (ids: readonly string[]) => Promise<Bodies>;

/** Reads the bodies of any number of issues in groups; a group whose answer is too large is halved. */
export const readGroups = async (ids: readonly string[], readGroup: ReadGroup): Promise<Bodies> => {
  let bodies = NONE;
  for (const group of chunks(ids, BODIES_AT_A_TIME)) bodies = add(bodies, await readHalves(group, readGroup));
  return bodies;
};

const readHalves = async (ids: readonly string[], readGroup: ReadGroup): Promise<Bodies> => {
  try {
    return await readGroup(ids);
  } catch (fault) {
    if (!(fault instanceof JiraError && fault.fault === 'too_large')) throw fault;
  }
  if (ids.length === 1) return { ...NONE, retry: [...ids] };
  const half = Math.ceil(ids.length / 2);
  const first = await readHalves(ids.slice(0, half), readGroup);
  return add(first, await readHalves(ids.slice(half), readGroup));
};
