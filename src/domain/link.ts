/** Where a commit or pull request names an issue. The first one that names a known issue wins. */
export const RULES = ['message', 'branch', 'pull_request_title', 'pull_request_body'] as const;
export type Rule = (typeof RULES)[number];

/** The keys a commit or pull request names, by where it names them; upper case, each once. */
export type Candidates = Record<Rule, string[]>;

/** Which issues it belongs to, by id, and why. Ids are sorted. */
export type Links = { rule: Rule; issue_ids: string[] };

/** One commit or pull request, by what never changes. */
export type Ref = { kind: 'commit' | 'pull_request'; repository: string; id: string };

/** Keys that were found in a place; `keys_truncated` when there were more than are looked at. */
export type Named = { keys: string[]; keys_truncated?: true };

/** Keys in a text that changes, and when it had that text. Epoch milliseconds; 0 when unknown. */
export type Said = Named & { updated_ms: number };

/** Keys in the newest body of a pull request, if a delivery had one; the body itself is not kept. */
export type Body = { body?: Said };

/** What is known of a commit, merged from every delivery that mentions it, in whatever order. */
export type CommitState = {
  kind: 'commit';
  /** Null while only a pull request has mentioned it: then it is not known yet. `keys`: those in its message. */
  details: (Named & { title: string; author_name: string | null; committed_ms: number | null }) | null;
  /** Keys in the names of all branches it was pushed to. Sorted. */
  branch_keys: string[];
  /** Keys in the titles and bodies of the pull requests that hold it, by id; the newest of each. */
  pull_requests: { [id: string]: Said & Body };
  /** When there are more branch keys, or more pull requests, than are looked at. */
  keys_truncated?: true;
};

/** What is known of a pull request, merged from every delivery that describes it, in whatever order. */
export type PullRequestState = Body & {
  kind: 'pull_request';
  title: string;
  /** The most recent one delivered. */
  url: string | null;
  /** Of the title. */
  updated_ms: number;
  /** When the url was delivered, if that was not with the title. */
  url_ms?: number;
  title_keys: string[];
  title_keys_truncated?: true;
  /** Sorted. */
  branch_keys: string[];
  /** When there are more branch keys than are looked at. */
  keys_truncated?: true;
};

export type RefState = CommitState | PullRequestState;
