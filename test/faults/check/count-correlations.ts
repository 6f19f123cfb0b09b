import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { type View, viewOf } from '../../integration/correlate/expected-view.ts';
import type { TestApp } from '../../support/app.ts';
import type { HistoryStep } from '../../support/history-steps.ts';
import { readListing } from './read-listing.ts';

export type CorrelationCount = { doubled: number; wrong: number };

type Places = { projects: string[]; repositories: string[] };

const commits = z.array(z.looseObject({ repository: z.string(), sha: z.string(), rule: z.string() }));
const stories = z.array(z.looseObject({ issue_id: z.string() }));
const strays = z.array(
  z.looseObject({ repository: z.string(), sha: z.string(), candidates: z.array(z.string()) }),
);

const differs = (actual: unknown, expected: unknown): number => (isDeepStrictEqual(actual, expected) ? 0 : 1);

const ofIssue = async (app: TestApp, id: string, expected: string[]): Promise<CorrelationCount> => {
  const known = (await app.get(`/issues/${id}`)).status === 200;
  const found = commits.parse(known ? await readListing(app.get, `/issues/${id}/commits`) : []);
  const names = found.map(({ repository, sha, rule }) => `${repository} ${sha} ${rule}`).sort();
  const linked = new Set(found.map(({ repository, sha }) => `${repository} ${sha}`));
  return { doubled: found.length - linked.size, wrong: differs(names, known ? expected : []) };
};

const ofProject = async (app: TestApp, project: string, expected: string[]): Promise<number> => {
  const found = stories.parse(await readListing(app.get, `/gaps/stories-without-commits?project=${project}`));
  return differs(
    found.map(({ issue_id }) => issue_id),
    expected,
  );
};

const ofRepository = async (
  app: TestApp,
  repository: string,
  expected: Record<string, string[]>,
): Promise<number> => {
  const query = `repository=${encodeURIComponent(repository)}`;
  const found = strays.parse(await readListing(app.get, `/gaps/commits-without-story?${query}`));
  const names = found.map((one) => [`${one.repository} ${one.sha}`, one.candidates.toSorted()] as const);
  return found.length - new Map(names).size + differs(Object.fromEntries(names), expected);
};

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** Compares links and gaps with the oracle's, which knows the whole history and no order. */
export const countCorrelations = async (
  app: TestApp,
  steps: readonly HistoryStep[],
  places: Places,
): Promise<CorrelationCount> => {
  const view: View = viewOf(steps, places);
  const issues = await Promise.all(
    Object.entries(view.issues).map(([id, own]) => ofIssue(app, id, own.commits)),
  );
  const projects = await Promise.all(
    places.projects.map((name) => ofProject(app, name, view.stories_without_commits[name] ?? [])),
  );
  const repositories = await Promise.all(
    places.repositories.map((name) => ofRepository(app, name, view.commits_without_issue[name] ?? {})),
  );
  return {
    doubled: sum(issues.map(({ doubled }) => doubled)),
    wrong: sum(issues.map(({ wrong }) => wrong)) + sum(projects) + sum(repositories),
  };
};
