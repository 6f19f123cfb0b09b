import type { DeliveredCommit, DeliveredPullRequest } from '../../domain/commit.ts';
import type { CommitState } from '../../domain/link.ts';
import { findBranchKeys, findKeys, findMessageKeys } from './find-keys.ts';
import {
  fuller,
  isOver,
  joinNamed,
  latestSaid,
  MOST_KEYS,
  shorterFirst,
  truncatedIf,
  UNKNOWN_MS,
  union,
} from './joins.ts';
import { bodyOf, latestBody, titleOf } from './pull-request-state.ts';

/** A commit is in one or two pull requests; any beyond this number are ignored. */
const MOST_PULL_REQUESTS = 20;

type Details = NonNullable<CommitState['details']>;
type Titles = CommitState['pull_requests'];

/** The state of a commit of which nothing is known. */
export const newCommitState = (): CommitState => ({
  kind: 'commit',
  details: null,
  branch_keys: [],
  pull_requests: {},
});

const ofBranch = (branch: string | null): Pick<CommitState, 'branch_keys' | 'keys_truncated'> => {
  const { keys, ...rest } = findBranchKeys(branch ?? '');
  return { branch_keys: keys.sort(), ...rest };
};

/** The keys in a pull request's title and, if it was sent, its body; an unknown time counts as older than any other. */
const heldBy = ({ title, body, updated_ms }: DeliveredPullRequest): Titles[string] => {
  const at = updated_ms ?? UNKNOWN_MS;
  return { ...findKeys(title), updated_ms: at, ...bodyOf(body, at) };
};

/** What a pull request says of a commit it contains: keys, but no details of the commit itself. */
export const mentionOf = (pullRequest: DeliveredPullRequest): CommitState => {
  const { branch_keys, ...truncated } = ofBranch(pullRequest.branch);
  const pull_requests = { [pullRequest.id]: heldBy(pullRequest) };
  return { kind: 'commit', details: null, branch_keys, pull_requests, ...truncated };
};

/** What one delivery says of a commit. */
export const toCommitState = (commit: DeliveredCommit): CommitState => {
  const { message, author_name, committed_ms, branch, pull_request } = commit;
  const { branch_keys, ...truncated } = ofBranch(branch);
  // Fields in the order in which a merge writes them, so that equal states are equal bytes.
  const own: CommitState = {
    kind: 'commit',
    details: { title: titleOf(message), author_name, committed_ms, ...findMessageKeys(message) },
    branch_keys,
    pull_requests: {},
    ...truncated,
  };
  return pull_request ? mergeCommits(own, mentionOf(pull_request)) : own;
};

/** A hidden name is stored as a hash; a plain name is preferred to it. */
const isHidden = (name: string): boolean => name.startsWith('sha256:');

const knownName = (a: string | null, b: string | null): string | null => {
  if (a === null || b === null) return a ?? b;
  if (isHidden(a) !== isHidden(b)) return isHidden(a) ? b : a;
  return fuller(a, b);
};

const knownTime = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

/** Merges field by field: one sender may know the author, and another the whole message. */
const mergeDetails = (a: Details | null, b: Details | null): Details | null => {
  if (a === null || b === null) return a ?? b;
  return {
    title: fuller(a.title, b.title),
    author_name: knownName(a.author_name, b.author_name),
    committed_ms: knownTime(a.committed_ms, b.committed_ms),
    ...joinNamed(a, b),
  };
};

/** Uses a map and entries, because a pull request's id may be `__proto__`. */
const mergeTitles = (a: Titles, b: Titles): { titles: Titles; more: boolean } => {
  const merged = new Map(Object.entries(a));
  for (const [id, said] of Object.entries(b)) {
    const known = merged.get(id);
    merged.set(id, known ? { ...latestSaid(known, said), ...latestBody(known, said) } : said);
  }
  const smallest = [...merged].sort(([x], [y]) => shorterFirst(x, y)).slice(0, MOST_PULL_REQUESTS);
  return { titles: Object.fromEntries(smallest), more: merged.size > MOST_PULL_REQUESTS };
};

/**
 * Merges what two deliveries say; nothing that one of them knows is lost. Commutative, associative and idempotent, so
 * that order, repetition and parallel batches do not matter.
 */
export const mergeCommits = (a: CommitState, b: CommitState): CommitState => {
  const { titles, more } = mergeTitles(a.pull_requests, b.pull_requests);
  const isOverBranches = isOver(a.branch_keys, b.branch_keys, MOST_KEYS);
  return {
    kind: 'commit',
    details: mergeDetails(a.details, b.details),
    branch_keys: union(a.branch_keys, b.branch_keys, MOST_KEYS),
    pull_requests: titles,
    ...truncatedIf(more || isOverBranches || a.keys_truncated === true || b.keys_truncated === true),
  };
};
