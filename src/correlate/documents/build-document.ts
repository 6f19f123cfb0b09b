import { argsInOrder, commitsInOrder, issuesInOrder, matchedInOrder, storiesInOrder } from './in-order.ts';
import type { CommitItem, Findings, LatestSummary, RunArgs, RunDocument, Stamp, Summary } from './schema.ts';

/** Identifies a commit; a repository's name has no `#`. */
const identity = ({ repository, sha }: CommitItem): string => `${repository}#${sha}`;

/** The counts. A commit that belongs to several issues counts once in `commits`. */
export const toSummary = (findings: Findings): Summary => {
  const commits = [
    ...findings.matched.flatMap((matched) => matched.commits),
    ...findings.commits_without_story,
  ];
  return {
    issues: findings.issues.length,
    matched: findings.matched.length,
    stories_without_commits: findings.stories_without_commits.length,
    commits: new Set(commits.map(identity)).size,
    commits_without_story: findings.commits_without_story.length,
  };
};

const stampInOrder = ({ run_id, git_sha, generated_at, timezone }: Stamp): Stamp => ({
  run_id,
  git_sha,
  generated_at,
  timezone,
});

/** The document of a run. Equal input, in whatever order its lists and keys are, gives equal bytes. */
export const buildDocument = (findings: Findings, stamp: Stamp, args: RunArgs): RunDocument => ({
  ...stampInOrder(stamp),
  args: argsInOrder(args),
  issues: issuesInOrder(findings.issues),
  correlation: {
    matched: matchedInOrder(findings.matched),
    stories_without_commits: storiesInOrder(findings.stories_without_commits),
    commits_without_story: commitsInOrder(findings.commits_without_story),
    summary: toSummary(findings),
  },
});

/** What `latest_summary.json` says of a run whose document is stored under `key`. */
export const buildLatestSummary = (document: RunDocument, key: string): LatestSummary => ({
  ...stampInOrder(document),
  args: document.args,
  summary: document.correlation.summary,
  document: key,
});
