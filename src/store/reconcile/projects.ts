import * as z from 'zod/mini';
import { readJson } from '../calls/checked-row.ts';
import { projectSort, reconcileKey } from '../calls/keys.ts';
import { putRows, queryPages } from '../calls/rows.ts';
import { getItem, type Item, type Key, type Place, type Walk } from '../calls/table.ts';

const contents = z.object({
  id: z.string(),
  key: z.string(),
  /** All keys that it ever had, the current one included. */
  keys: z.array(z.string()),
  /** The last census that found it among Jira's projects. */
  generation: z.number(),
  /** Result of the last comparison of its ids; null before the first. */
  result: z.nullable(
    z.object({
      at_ms: z.number(),
      /** False: Jira did not list all of it, so it is unknown what is only in the table. */
      complete: z.boolean(),
      issues: z.number(),
      only_here: z.number(),
      /** Ids of some of those. */
      some: z.array(z.string()),
    }),
  ),
});

/** A project of Jira's. */
export type Project = z.output<typeof contents>;

const SORT = 'PROJECT#';

const keyOf = (tenant: string, id: string): Key => reconcileKey(tenant, `${SORT}${projectSort(id)}`);

export const putProjects = ({ table, tenant, signal }: Place, projects: readonly Project[]): Promise<void> =>
  putRows(
    { table, signal },
    projects.map((project) => ({ ...keyOf(tenant, project.id), body: JSON.stringify(project) })),
  );

/** @throws UnreadableRowError for a row we did not write */
export const readProject = async ({ table, tenant, signal }: Place, id: string): Promise<Project | null> => {
  const row = await getItem({ table, signal }, keyOf(tenant, id));
  return row && decode(row);
};

const PAGE = 500;

/**
 * All stored projects, ordered by id.
 * @param after only those after this id
 * @throws UnreadableRowError for a row we did not write
 */
export async function* listProjects(
  { table, tenant, newSignal }: Walk,
  after: string | null = null,
): AsyncGenerator<Project> {
  const from = after === null ? SORT : `${keyOf(tenant, after).sk}!`;
  const query = {
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': reconcileKey(tenant, '').pk, ':from': from, ':to': `${SORT}~` },
  };
  for await (const items of queryPages(() => ({ table, signal: newSignal() }), query, ['pk', 'sk'], PAGE))
    yield* items.map(decode);
}

const decode = (row: Item): Project => readJson(contents, row, () => String(row.body));
