/** Where a commit or pull request names an issue. The first rule that finds a known issue wins. */
export const RULES = ['message', 'branch', 'pull_request_title', 'pull_request_body'] as const;
export type Rule = (typeof RULES)[number];

/** The keys that a commit or pull request names, by rule; upper case, each once. */
export type Candidates = Record<Rule, string[]>;

/** The ids of the issues it belongs to, sorted, and the rule that decided it. */
export type Links = { rule: Rule; issue_ids: string[] };

/** The identity of a commit or pull request. */
export type Ref = { kind: 'commit' | 'pull_request'; repository: string; id: string };

/** Keys found in one place; `keys_truncated` if there were more than the limit. */
export type Named = { keys: string[]; keys_truncated?: true };

/** Keys in a text that can change, and when it had that text. Epoch milliseconds; 0 when unknown. */
export type Said = Named & { updated_ms: number };

/** Keys in the newest body of a pull request, if a delivery had one; the body itself is not kept. */
export type Body = { body?: Said };

/** What is known about a commit, merged from every delivery that mentions it, in any order. */
export type CommitState = {
  kind: 'commit';
  /** Null while only pull requests have mentioned it: the commit is not known yet. `keys`: those in its message. */
  details: (Named & { title: string; author_name: string | null; committed_ms: number | null }) | null;
  /** Keys in the names of all branches it was pushed to. Sorted. */
  branch_keys: string[];
  /** Keys in the titles and bodies of the pull requests that contain it, by id; the newest of each. */
  pull_requests: { [id: string]: Said & Body };
  /** Set if there are more branch keys or pull requests than the limit. */
  keys_truncated?: true;
};

/** What is known about a pull request, merged from every delivery that describes it, in any order. */
export type PullRequestState = Body & {
  kind: 'pull_request';
  title: string;
  /** The most recent one delivered. */
  url: string | null;
  /** The time of the title. */
  updated_ms: number;
  /** When the URL was delivered, if not together with the title. */
  url_ms?: number;
  title_keys: string[];
  title_keys_truncated?: true;
  /** Sorted. */
  branch_keys: string[];
  /** Set if there are more branch keys than the limit. */
  keys_truncated?: true;
};

export type RefState = CommitState | PullRequestState;
