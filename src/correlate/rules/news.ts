import type { CommitDelivery, DeliveredPullRequest } from '../../domain/commit.ts';
import type { Ref, RefState } from '../../domain/link.ts';
import { repositoryKey } from '../../domain/repository.ts';
import { mentionOf, mergeCommits, newCommitState, toCommitState } from './commit-state.ts';
import { mergePullRequests, toPullRequestState } from './pull-request-state.ts';

export const nameOf = ({ kind, repository, id }: Ref): string => `${kind}\n${repository}\n${id}`;

/** Older than any state that a delivery can bring. */
const NO_PULL_REQUEST: RefState = {
  kind: 'pull_request',
  title: '',
  url: null,
  updated_ms: -1,
  title_keys: [],
  branch_keys: [],
};

/** The state of a commit or pull request that no delivery has mentioned yet. */
export const nothingKnown = ({ kind }: Ref): RefState =>
  kind === 'commit' ? newCommitState() : NO_PULL_REQUEST;

/** Merges the states of two rows of one commit, or of one pull request. */
export const joinStates = (a: RefState, b: RefState): RefState => {
  if (a.kind === 'commit' && b.kind === 'commit') return mergeCommits(a, b);
  if (a.kind === 'pull_request' && b.kind === 'pull_request') return mergePullRequests(a, b);
  throw new TypeError('a commit is no pull request');
};

/** A commit or pull request to evaluate, with what a delivery says of it; null `state`: only evaluate it again. */
export type News = { ref: Ref; state: RefState | null };

/** Merges the stored state with the new one; either may be null, or both. */
export const mergeState = (stored: RefState | null, { ref, state }: News): RefState =>
  merge(stored, state) ?? nothingKnown(ref);

const merge = (a: RefState | null, b: RefState | null): RefState | null =>
  a === null || b === null ? (a ?? b) : joinStates(a, b);

/** Merges entries for the same commit or pull request: a delivery may mention it more than once. */
export const mergeNews = (news: News[]): News[] => {
  const merged = new Map<string, News>();
  for (const { ref, state } of news) {
    const before = merged.get(nameOf(ref))?.state ?? null;
    merged.set(nameOf(ref), { ref, state: merge(before, state) });
  }
  return [...merged.values()];
};

/** Everything a delivery says, one entry for each mention of a commit or pull request. */
export const newsOf = ({ commits, pull_requests }: CommitDelivery): News[] => [
  ...commits.map((commit): News => {
    const ref = { kind: 'commit', repository: repositoryKey(commit.repository), id: commit.sha } as const;
    return { ref, state: toCommitState(commit) };
  }),
  ...commits.flatMap(({ pull_request }) => (pull_request ? newsOfPullRequest(pull_request) : [])),
  ...pull_requests.flatMap(newsOfPullRequest),
];

const newsOfPullRequest = (pullRequest: DeliveredPullRequest): News[] => {
  const { id, shas } = pullRequest;
  const repository = repositoryKey(pullRequest.repository);
  const mentions = shas.map(
    (sha): News => ({ ref: { kind: 'commit', repository, id: sha }, state: mentionOf(pullRequest) }),
  );
  const ref = { kind: 'pull_request', repository, id } as const;
  return [{ ref, state: toPullRequestState(pullRequest) }, ...mentions];
};
