import type { Rule } from './link.ts';

export const TIMEZONE = 'America/Phoenix';

/** What started a run: the stream (or the sweep in its place), or a person who asked for one thing. */
export type RunArgs =
  | { trigger: 'stream' }
  | { trigger: 'manual'; project: string }
  | { trigger: 'manual'; fix_version: string }
  | { trigger: 'manual'; issue: string };

/** An issue the run looked at; the event is the one whose fields its snapshot shows. */
export type TouchedIssue = {
  issue_key: string | null;
  issue_id: string;
  updated_at: string | null;
  phoenix_updated_at: string | null;
  event_type: string | null;
  event_id: string | null;
  idempotency_key: string | null;
  /** `applied`: the snapshot shows this event's fields. Null when nothing full was ever delivered. */
  outcome: 'applied' | null;
  deleted: boolean;
};

export type CommitItem = {
  repository: string;
  sha: string;
  message_title: string;
  author_name: string | null;
  /** Both null when no delivery has an instant. */
  committed_at: string | null;
  phoenix_committed_at: string | null;
  /** There when it names more keys than are looked at, or than are listed. */
  keys_truncated?: true;
};

export type LinkedCommit = CommitItem & { rule: Rule };
export type CommitWithoutStory = CommitItem & { candidates: string[] };
export type LinkedPullRequest = {
  repository: string;
  id: string;
  title: string;
  url: string | null;
  rule: Rule;
  keys_truncated?: true;
};

export type MatchedIssue = {
  issue_key: string | null;
  issue_id: string;
  commits: LinkedCommit[];
  pull_requests: LinkedPullRequest[];
};

export type StoryWithoutCommits = {
  issue_key: string | null;
  issue_id: string;
  summary: string | null;
  status: string | null;
  fix_versions: string[];
  phoenix_updated_at: string | null;
};

/** What a run found, before it is stamped. Lists need not be sorted. */
export type Findings = {
  issues: TouchedIssue[];
  matched: MatchedIssue[];
  stories_without_commits: StoryWithoutCommits[];
  commits_without_story: CommitWithoutStory[];
};

export type Summary = {
  issues: number;
  matched: number;
  stories_without_commits: number;
  /** Different commits in the document, with a story or without. */
  commits: number;
  commits_without_story: number;
};

/** Who ran, when, on which code, for what: the head of every document and of the gap listings. */
export type Stamp = {
  run_id: string;
  git_sha: string;
  /** Phoenix time, `-07:00`. */
  generated_at: string;
  timezone: typeof TIMEZONE;
};

export type RunDocument = Stamp & {
  args: RunArgs;
  issues: TouchedIssue[];
  correlation: Omit<Findings, 'issues'> & { summary: Summary };
};

/** `latest_summary.json`; `document` is the key of the run document it sums up. */
export type LatestSummary = Stamp & { args: RunArgs; summary: Summary; document: string };
