import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { TestApp } from '../app.ts';
import { type Issue, keyOf, type State } from './model/records.ts';
import { mayRead } from './rest/reply.ts';
import type { ScriptedJira } from './scripted-jira.ts';

type Get = TestApp['get'];

/** What differs between an issue in Jira and its snapshot, in words; null when nothing does. */
const differenceOf = async ({ site }: ScriptedJira, id: number, get: Get): Promise<string | null> => {
  const issue = site.state.issues.get(id);
  if (issue === undefined) return null;
  const { status, body } = await get(`/issues/${id}`);
  if (status !== 200) return `${id}: not there (${status})`;
  const shown = shownOf(site.state, issue);
  const [there, here] = [comparable(shown, shown), comparable(body, shown)];
  const names = Object.keys(there).filter((name) => !isDeepStrictEqual(there[name], here[name]));
  const words = names.map(
    (name) => `${name} ${JSON.stringify(here[name])}, not ${JSON.stringify(there[name])}`,
  );
  return words.length === 0 ? null : `${id}: ${words.join('; ')}`;
};

/** How the table differs from Jira, issue by issue that may be read there; deletions apart. */
export const tableAgainstJira = async (jira: ScriptedJira, get: Get): Promise<string[]> => {
  const { issues, ...state } = jira.site.state;
  const ids = [...issues.values()]
    .filter((issue) => mayRead({ issues, ...state }, issue))
    .map(({ id }) => id);
  const differences = await Promise.all(ids.map((id) => differenceOf(jira, id, get)));
  return differences.filter((difference) => difference !== null);
};

const LEVELS = { Epic: 'epic', Story: 'standard', Task: 'standard', 'Sub-task': 'subtask' } as const;
const CATEGORIES = { 'To Do': 'new', 'In Progress': 'indeterminate', Done: 'done' } as const;

const names = (from: ReadonlyMap<number, { name: string }>, ids: readonly number[]): string[] =>
  ids.flatMap((id) => from.get(id)?.name ?? []).sort();

const keys = (state: State, ids: readonly number[]): string[] =>
  ids.flatMap((id) => state.issues.get(id) ?? []).map((issue) => keyOf(state, issue));

const linksOf = (state: State, { links }: Issue): JsonObject[] =>
  links.flatMap(({ type, direction, issue_id }) =>
    keys(state, [issue_id]).map((issue_key) => ({ type, direction, issue_key })),
  );

/** Lists say the same in any order. */
const inOrder = (list: unknown): string[] =>
  Array.isArray(list) ? list.map((one) => JSON.stringify(one)).sort() : [];

const LISTS = ['labels', 'components', 'fix_versions', 'affected_versions', 'links', 'subtasks'] as const;

/** What of a snapshot can be compared: its lists in one order. */
const comparable = (snapshot: Record<string, unknown>, like: JsonObject): Record<string, unknown> => {
  const named = Object.keys(like).map((name) => [name, snapshot[name]] as const);
  const lists = LISTS.map((name) => [name, inOrder(snapshot[name])] as const);
  return Object.fromEntries([...named, ...lists]);
};

/** What our snapshot of an issue must say, worked out from the model alone. */
const shownOf = (state: State, issue: Issue): JsonObject => ({
  issue_id: String(issue.id),
  issue_key: keyOf(state, issue),
  project_key: state.projects.get(issue.project_id)?.key ?? null,
  issue_type: issue.type,
  issue_level: LEVELS[issue.type],
  summary: issue.summary,
  description: issue.description,
  status: issue.status,
  status_category: CATEGORIES[issue.status],
  labels: [...issue.labels],
  assignee:
    issue.assignee === null
      ? null
      : { id: issue.assignee, display_name: state.users.get(issue.assignee)?.name ?? issue.assignee },
  components: names(state.components, issue.components),
  fix_versions: names(state.versions, issue.fix_versions),
  affected_versions: names(state.versions, issue.affected_versions),
  parent_key: (issue.parent !== null && keys(state, [issue.parent])[0]) || null,
  links: linksOf(state, issue),
  subtasks: keys(state, issue.subtasks),
  updated_at: new Date(issue.updated_ms).toISOString(),
  deleted: false,
});
