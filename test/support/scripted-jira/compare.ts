import { isDeepStrictEqual } from 'node:util';
import type { TestApp } from '../app.ts';
import { mayRead } from './rest/reply.ts';
import type { ScriptedJira } from './scripted-jira.ts';
import { comparable, shownOf } from './shown.ts';

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
