import { type ExpectedLink, expectedLinks } from '../../support/correlation-oracle.ts';
import { liveIssues, supersedersIn } from '../../support/correlation-world.ts';
import type { HistoryStep } from '../../support/history-steps.ts';
import { issueOf } from '../../support/oracle.ts';

type Links = Record<string, ExpectedLink | null>;

/** What belongs to one issue: `{repository} {sha or id} {rule}`, sorted. */
type OfIssue = { commits: string[]; pull_requests: string[]; isGap: boolean };

/** What must be found after a history, whoever is asked. Commits are named `{repository} {sha}`. */
export type View = {
  commits: Links;
  pull_requests: Links;
  /** Every issue that the history names, unknown and deleted ones too. */
  issues: Record<string, OfIssue>;
  /** Ids of stories without commits by project, in numeric order. */
  stories_without_commits: Record<string, string[]>;
  /** By id of each issue with a key: the one that supersedes it, or null. */
  superseders: Record<string, string | null>;
  /** Commits of no issue with the keys they name, by repository. */
  commits_without_issue: Record<string, Record<string, string[]>>;
};

const linkedTo = (id: string, links: Links): string[] =>
  Object.entries(links)
    .flatMap(([name, link]) => (link?.issue_ids.includes(id) ? [`${name} ${link.rule}`] : []))
    .sort();

const isIn = (repository: string, name: string): boolean => name.startsWith(`${repository} `);

/** The oracle's answer for a history that plays in these places. */
export const viewOf = (
  steps: readonly HistoryStep[],
  { projects, repositories }: { projects: string[]; repositories: string[] },
): View => {
  const { commits, pull_requests, ...expected } = expectedLinks(steps);
  const live = new Map(liveIssues(steps).map(({ id, now }) => [id, now.key]));
  const named = steps.flatMap((step) => (step.kind === 'issue' ? (issueOf(step.delivery) ?? []) : []));
  const ofIssue = (id: string): OfIssue => ({
    commits: linkedTo(id, commits),
    pull_requests: linkedTo(id, pull_requests),
    isGap: expected.stories_without_commits.includes(id),
  });
  const gapsOf = (project: string): string[] =>
    expected.stories_without_commits.filter((id) => live.get(id)?.startsWith(`${project}-`));
  const waitingIn = (repository: string): [string, string[]][] =>
    expected.commits_without_issue
      .filter((name) => isIn(repository, name))
      .map((name) => [name, expected.candidates[name] ?? []]);
  return {
    commits,
    pull_requests,
    issues: Object.fromEntries([...new Set(named)].map((id) => [id, ofIssue(id)])),
    stories_without_commits: Object.fromEntries(projects.map((project) => [project, gapsOf(project)])),
    superseders: Object.fromEntries(supersedersIn(steps)),
    commits_without_issue: Object.fromEntries(
      repositories.map((repository) => [repository, Object.fromEntries(waitingIn(repository))]),
    ),
  };
};
