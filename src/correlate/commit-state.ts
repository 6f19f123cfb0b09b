import type { DeliveredCommit, DeliveredPullRequest } from '../domain/commit.ts';
import type { CommitState } from '../domain/link.ts';
import { findBranchKeys, findKeys, MOST_KEYS } from './find-keys.ts';
import { compareIds, union } from './order.ts';
import { titleOf } from './title.ts';

/** A commit is in one or two pull requests; more than this are not looked at. */
const MOST_PULL_REQUESTS = 20;

type Details = NonNullable<CommitState['details']>;
type Titles = CommitState['pull_requests'];
type Title = Titles[string];

/** A commit of which nothing is known. */
export const newCommitState = (): CommitState => ({
  kind: 'commit',
  details: null,
  branch_keys: [],
  pull_requests: {},
});

/** What a pull request tells of a commit that it holds: keys, but not the commit itself. */
export const mentionOf = ({ id, title, branch, updated_ms }: DeliveredPullRequest): CommitState => ({
  kind: 'commit',
  details: null,
  branch_keys: findBranchKeys(branch ?? '').sort(),
  pull_requests: { [id]: { keys: findKeys(title), updated_ms } },
});

/** What one delivery tells of a commit. */
export const toCommitState = (commit: DeliveredCommit): CommitState => {
  const { message, author_name, committed_ms, branch, pull_request } = commit;
  const own: CommitState = {
    kind: 'commit',
    details: {
      title: titleOf(message),
      author_name,
      committed_ms,
      keys: findKeys(message),
    },
    branch_keys: findBranchKeys(branch ?? '').sort(),
    pull_requests: {},
  };
  return pull_request ? mergeCommits(own, mentionOf(pull_request)) : own;
};

/** A fixed order, whoever wrote the properties in which order. */
const detailsText = ({ title, author_name, committed_ms, keys }: Details): string =>
  JSON.stringify([title, author_name, committed_ms, keys]);

/** Two senders may word the same commit differently (a cut message, a null author): one of them, always the same. */
const mergeDetails = (a: Details | null, b: Details | null): Details | null => {
  if (a === null || b === null) return a ?? b;
  return detailsText(a) >= detailsText(b) ? a : b;
};

const newerTitle = (a: Title, b: Title): Title => {
  if (a.updated_ms !== b.updated_ms) return a.updated_ms > b.updated_ms ? a : b;
  return JSON.stringify(a.keys) >= JSON.stringify(b.keys) ? a : b;
};

/** Through a map and entries, because a pull request's id may be `__proto__`. */
const mergeTitles = (a: Titles, b: Titles): Titles => {
  const merged = new Map(Object.entries(a));
  for (const [id, title] of Object.entries(b)) {
    const known = merged.get(id);
    merged.set(id, known ? newerTitle(known, title) : title);
  }
  const smallest = [...merged].sort(([x], [y]) => compareIds(x, y)).slice(0, MOST_PULL_REQUESTS);
  return Object.fromEntries(smallest);
};

/**
 * What two deliveries tell together. Commutative, associative and idempotent, so that order, repetition and
 * parallel batches do not matter.
 */
export const mergeCommits = (a: CommitState, b: CommitState): CommitState => ({
  kind: 'commit',
  details: mergeDetails(a.details, b.details),
  branch_keys: union(a.branch_keys, b.branch_keys, MOST_KEYS),
  pull_requests: mergeTitles(a.pull_requests, b.pull_requests),
});
