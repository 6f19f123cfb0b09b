import type { CommitDelivery, DeliveredPullRequest } from '../../domain/commit.ts';
import type { Ref, RefState } from '../../domain/link.ts';
import { repositoryKey } from '../../domain/repository.ts';
import { mentionOf, mergeCommits, newCommitState, toCommitState } from './commit-state.ts';
import { mergePullRequests, toPullRequestState } from './pull-request-state.ts';

export const nameOf = ({ kind, repository, id }: Ref): string => `${kind}\n${repository}\n${id}`;

/** Older than anything a delivery can say. */
const NO_PULL_REQUEST: RefState = {
  kind: 'pull_request',
  title: '',
  url: null,
  updated_ms: -1,
  title_keys: [],
  branch_keys: [],
};

/** What is known of something that no delivery has mentioned yet. */
export const nothingKnown = ({ kind }: Ref): RefState =>
  kind === 'commit' ? newCommitState() : NO_PULL_REQUEST;

/** What two rows of one commit, or of one pull request, say together. */
export const joinStates = (a: RefState, b: RefState): RefState => {
  if (a.kind === 'commit' && b.kind === 'commit') return mergeCommits(a, b);
  if (a.kind === 'pull_request' && b.kind === 'pull_request') return mergePullRequests(a, b);
  throw new TypeError('a commit is no pull request');
};

/** A commit or pull request to look at, with what a delivery says of it; null to only look again. */
export type News = { ref: Ref; state: RefState | null };

/** What is stored together with what is new; both may be nothing. */
export const mergeState = (stored: RefState | null, { ref, state }: News): RefState =>
  merge(stored, state) ?? nothingKnown(ref);

const merge = (a: RefState | null, b: RefState | null): RefState | null =>
  a === null || b === null ? (a ?? b) : joinStates(a, b);

/** A delivery may mention the same commit more than once. */
export const mergeNews = (news: News[]): News[] => {
  const merged = new Map<string, News>();
  for (const { ref, state } of news) {
    const before = merged.get(nameOf(ref))?.state ?? null;
    merged.set(nameOf(ref), { ref, state: merge(before, state) });
  }
  return [...merged.values()];
};

/** Everything a delivery says of commits and pull requests, each by itself. */
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
