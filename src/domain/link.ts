/** Where a commit or pull request names an issue. The first one that names a known issue wins. */
export const RULES = ['message', 'branch', 'pull_request_title'] as const;
export type Rule = (typeof RULES)[number];

/** The keys a commit or pull request names, by where it names them; upper case, each once. */
export type Candidates = Record<Rule, string[]>;

/** Which issues it belongs to, by id, and why. Ids are sorted. */
export type Links = { rule: Rule; issue_ids: string[] };

/** One commit or pull request, by what never changes. */
export type Ref = { kind: 'commit' | 'pull_request'; repository: string; id: string };

/** What is known of a commit, merged from every delivery that mentions it, in whatever order. */
export type CommitState = {
  kind: 'commit';
  /** Null while only a pull request has mentioned it: then it is not known yet. */
  details: { title: string; author_name: string | null; committed_ms: number; keys: string[] } | null;
  /** Keys in the names of all branches it was pushed to. Sorted. */
  branch_keys: string[];
  /** Keys in the titles of the pull requests that hold it, by id; the newest title of each. */
  pull_requests: { [id: string]: { keys: string[]; updated_ms: number } };
};

/** What is known of a pull request, merged from every delivery that describes it, in whatever order. */
export type PullRequestState = {
  kind: 'pull_request';
  title: string;
  url: string | null;
  updated_ms: number;
  title_keys: string[];
  /** Sorted. */
  branch_keys: string[];
};

export type RefState = CommitState | PullRequestState;
