import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { tableAgainstJira } from '../scripted-jira/compare.ts';
import type { ReconciledWorld } from './world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A lease of a runner that died lasts so long at most; and what Jira asked to wait is over. */
const LEASE_MS = 20 * MINUTE;

/** Every body has been read again after so many days. */
const DAYS = 31;

/** The stream brings an event within seconds; here at least long before it expires. */
const CORRELATED_DAYS = 10;

/** Jira and its index are at rest, the last delivery has come, and nothing goes wrong any more. */
const calmDown = async ({ jira, random }: ReconciledWorld): Promise<void> => {
  jira.spoil = () => null;
  jira.refuseBulk = () => false;
  jira.sending.fate = () => 'sent';
  for (const { id, browsable } of [...jira.site.state.projects.values()])
    if (!browsable) jira.site.changeProject(id, { browsable: true });
  jira.index.lag = () => 0;
  jira.index.catchUp();
  await jira.sending.arrived();
  await jira.sending.sendLate(random);
};

/** One turn at rest, and what correlation makes of it. @throws Error when it does not end well */
const turnAtRest = async (world: ReconciledWorld, only?: 'thirtieth'): Promise<void> => {
  const report = await world.turn(only === undefined ? {} : { only });
  if (report?.outcome !== 'done') throw new Error(`a turn at rest ended with ${JSON.stringify(report)}`);
  world.pass(DAY);
};

/** Once at rest: runs of everything, all thirtieths of the bodies, and what comes of them. */
export const bringToRest = async (world: ReconciledWorld): Promise<void> => {
  await calmDown(world);
  world.pass(LEASE_MS);
  for (let day = 0; day < 2; day += 1) {
    await world.correlate();
    await turnAtRest(world);
  }
  for (let day = 0; day < DAYS; day += 1) {
    if (day % CORRELATED_DAYS === 0) await world.correlate();
    await turnAtRest(world, 'thirtieth');
  }
  await world.correlate();
  await turnAtRest(world);
  await world.correlate();
};

const items = z.object({
  items: z.array(z.looseObject({ sha: z.optional(z.string()), issue_id: z.optional(z.string()) })),
  next_cursor: z.null(),
});

const listOf = async ({ app }: ReconciledWorld, target: string) => {
  const { status, body } = await app.get(target);
  if (status !== 200) throw new Error(`${target}: ${status}`);
  return items.parse(body).items;
};

/** Shas of the commits that name an issue by any key it has or had. */
const commitsOf = ({ jira, named }: ReconciledWorld, issueId: number): string[] =>
  [...named].flatMap(([sha, key]) => (jira.site.find(key)?.id === issueId ? sha : [])).sort();

const differs = (what: string, found: unknown, expected: unknown): string[] =>
  isDeepStrictEqual(found, expected)
    ? []
    : [`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`];

/** How what is derived differs from what the model says: commits of issues, and stories without any. */
export const derivedAgainstJira = async (world: ReconciledWorld): Promise<string[]> => {
  const issues = [...world.jira.site.state.issues.values()];
  const ofIssues = issues.map(async ({ id }) => {
    const found = (await listOf(world, `/issues/${id}/commits?limit=100`)).map(({ sha }) => sha).sort();
    return differs(`commits of ${id}`, found, commitsOf(world, id));
  });
  const ofProjects = [...world.jira.site.state.projects.values()].map(async ({ id, key }) => {
    const query = `/gaps/stories-without-commits?project=${key}&limit=100`;
    const ids = new Set(issues.map((issue) => String(issue.id)));
    const found = (await listOf(world, query)).flatMap(({ issue_id = '' }) =>
      ids.has(issue_id) ? issue_id : [],
    );
    const bare = issues
      .filter((issue) => issue.project_id === id && !['Epic', 'Sub-task'].includes(issue.type))
      .filter((issue) => commitsOf(world, issue.id).length === 0);
    return differs(
      `stories of ${key} without commits`,
      found.sort(),
      bare.map((issue) => String(issue.id)).sort(),
    );
  });
  return (await Promise.all([...ofIssues, ...ofProjects])).flat();
};

/** What is not as it is in Jira, deletions apart: nothing, if all went well. */
export const differencesFromJira = async (world: ReconciledWorld): Promise<string[]> => [
  ...(await tableAgainstJira(world.jira, world.app.get)),
  ...(await derivedAgainstJira(world)),
];
