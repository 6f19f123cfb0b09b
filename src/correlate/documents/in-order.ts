import type {
  CommitItem,
  CommitWithoutStory,
  LinkedCommit,
  LinkedPullRequest,
  MatchedIssue,
  RunArgs,
  StoryWithoutCommits,
  TouchedIssue,
} from './schema.ts';

/*
 * Each part of a document with its lists sorted and its keys in the published order, whatever their order was. The
 * fields are named one by one, because their order here is the order of the bytes.
 */

/** By issue id. */
export const issuesInOrder = (issues: TouchedIssue[]): TouchedIssue[] =>
  sortBy(issues.map(touchedIssue), byIssueId);

/** Less than 0, 0 or more than 0, as `toSorted` expects. */
type Compare<T> = (a: T, b: T) => number;

/**
 * Sorts by the first comparison in which two items differ, finally by their JSON, so that the input's order does not
 * matter.
 */
const sortBy = <T>(items: T[], ...comparisons: Compare<T>[]): T[] =>
  items.toSorted((a, b) => {
    for (const compare of comparisons) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return compareText(JSON.stringify(a), JSON.stringify(b));
  });

/** By code unit, because locale order differs between machines. */
const compareText: Compare<string> = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const touchedIssue = (issue: TouchedIssue): TouchedIssue => ({
  issue_key: issue.issue_key,
  issue_id: issue.issue_id,
  updated_at: issue.updated_at,
  phoenix_updated_at: issue.phoenix_updated_at,
  event_type: issue.event_type,
  event_id: issue.event_id,
  idempotency_key: issue.idempotency_key,
  outcome: issue.outcome,
  deleted: issue.deleted,
});

const byIssueId = (a: { issue_id: string }, b: { issue_id: string }) => numbersFirst(a.issue_id, b.issue_id);

/** Numbers by value (an id of 20 digits is more than a double holds), before any other text. */
const numbersFirst: Compare<string> = (a, b) => {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) || compareText(a, b);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return compareText(a, b);
};

const isNumber = (text: string): boolean => /^\d+$/.test(text);

const compareNumbers: Compare<string> = (a, b) => {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** By issue id; commits by time (unknown ones first), repository and sha; pull requests by repository and id. */
export const matchedInOrder = (matched: MatchedIssue[]): MatchedIssue[] =>
  sortBy(matched.map(matchedIssue), byIssueId);

const matchedIssue = (matched: MatchedIssue): MatchedIssue => ({
  issue_key: matched.issue_key,
  issue_id: matched.issue_id,
  commits: sortCommits(matched.commits.map(linkedCommit)),
  pull_requests: sortBy(matched.pull_requests.map(pullRequest), byRepository, (a, b) =>
    numbersFirst(a.id, b.id),
  ),
});

const sortCommits = <T extends CommitItem>(commits: T[]): T[] =>
  sortBy(
    commits,
    (a, b) => compareText(a.committed_at ?? '', b.committed_at ?? ''),
    byRepository,
    (a, b) => compareText(a.sha, b.sha),
  );

const byRepository = (a: { repository: string }, b: { repository: string }) =>
  compareText(a.repository, b.repository);

const linkedCommit = (commit: LinkedCommit): LinkedCommit => ({
  ...commitItem(commit),
  rule: commit.rule,
  ...truncation(commit),
});

const commitItem = (commit: CommitItem): CommitItem => ({
  repository: commit.repository,
  sha: commit.sha,
  message_title: commit.message_title,
  author_name: commit.author_name,
  committed_at: commit.committed_at,
  phoenix_committed_at: commit.phoenix_committed_at,
});

const truncation = ({ keys_truncated }: { keys_truncated?: true }): { keys_truncated?: true } =>
  keys_truncated ? { keys_truncated } : {};

const pullRequest = (one: LinkedPullRequest): LinkedPullRequest => ({
  repository: one.repository,
  id: one.id,
  title: one.title,
  url: one.url,
  rule: one.rule,
  ...truncation(one),
});

/** By issue id; versions stay in payload order. */
export const storiesInOrder = (stories: StoryWithoutCommits[]): StoryWithoutCommits[] =>
  sortBy(stories.map(story), byIssueId);

const story = (one: StoryWithoutCommits): StoryWithoutCommits => ({
  issue_key: one.issue_key,
  issue_id: one.issue_id,
  summary: one.summary,
  status: one.status,
  fix_versions: one.fix_versions,
  phoenix_updated_at: one.phoenix_updated_at,
});

/** By time, repository and sha; candidates stay as they are. */
export const commitsInOrder = (commits: CommitWithoutStory[]): CommitWithoutStory[] =>
  sortCommits(commits.map(commitWithoutStory));

const commitWithoutStory = (commit: CommitWithoutStory): CommitWithoutStory => ({
  ...commitItem(commit),
  candidates: commit.candidates,
  ...truncation(commit),
});

/** The trigger, then what was asked for. */
export const argsInOrder = (args: RunArgs): RunArgs => {
  if (args.trigger === 'stream') return { trigger: 'stream' };
  if ('project' in args) return { trigger: 'manual', project: args.project };
  if ('fix_version' in args) return { trigger: 'manual', fix_version: args.fix_version };
  return { trigger: 'manual', issue: args.issue };
};
