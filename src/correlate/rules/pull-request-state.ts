import type { DeliveredPullRequest } from '../../domain/commit.ts';
import type { PullRequestState, Said } from '../../domain/link.ts';
import { bodyOf, latestBody } from './body.ts';
import { findBranchKeys, findKeys } from './find-keys.ts';
import { latestSaid, MOST_KEYS, truncatedIf, UNKNOWN_MS } from './named.ts';
import { fuller, isOver, union } from './order.ts';
import { titleOf } from './title.ts';

/** What one delivery tells of a pull request, in the order in which a merge writes it: equal states are equal bytes. */
export const toPullRequestState = (pullRequest: DeliveredPullRequest): PullRequestState => {
  const { keys, keys_truncated } = findKeys(pullRequest.title);
  const branch = findBranchKeys(pullRequest.branch ?? '');
  const updated_ms = pullRequest.updated_ms ?? UNKNOWN_MS;
  return {
    kind: 'pull_request',
    title: titleOf(pullRequest.title),
    updated_ms,
    title_keys: keys,
    ...(keys_truncated ? { title_keys_truncated: true } : {}),
    url: pullRequest.url,
    branch_keys: branch.keys.sort(),
    ...truncatedIf(branch.keys_truncated === true),
    ...bodyOf(pullRequest.body, updated_ms),
  };
};

type Title = Pick<PullRequestState, 'title' | 'updated_ms' | 'title_keys' | 'title_keys_truncated'>;

const saidBy = ({ title_keys, title_keys_truncated, updated_ms }: PullRequestState): Said => ({
  keys: title_keys,
  ...truncatedIf(title_keys_truncated === true),
  updated_ms,
});

/** The newest title; of two told at the same instant the fuller one, with the keys of both. */
const latestTitle = (a: PullRequestState, b: PullRequestState): Title => {
  const { keys, keys_truncated, updated_ms } = latestSaid(saidBy(a), saidBy(b));
  const titles = [a, b].filter((one) => one.updated_ms === updated_ms).map(({ title }) => title);
  return {
    title: titles.reduce(fuller),
    updated_ms,
    title_keys: keys,
    ...(keys_truncated ? { title_keys_truncated: true } : {}),
  };
};

type Address = { url: string; url_ms: number };

const addressOf = ({ url, url_ms, updated_ms }: PullRequestState): Address[] =>
  url === null ? [] : [{ url, url_ms: url_ms ?? updated_ms }];

const newer = (a: Address, b: Address): Address => {
  if (a.url_ms !== b.url_ms) return a.url_ms > b.url_ms ? a : b;
  return { url: fuller(a.url, b.url), url_ms: a.url_ms };
};

/** The newest url: who tells none, as in our own format, takes none away. */
const latestUrl = (
  a: PullRequestState,
  b: PullRequestState,
  updated_ms: number,
): Pick<PullRequestState, 'url' | 'url_ms'> => {
  const [first, ...rest] = [...addressOf(a), ...addressOf(b)];
  if (first === undefined) return { url: null };
  const { url, url_ms } = rest.reduce(newer, first);
  return url_ms === updated_ms ? { url } : { url, url_ms };
};

/**
 * The newest description, and the keys of every branch it ever brought in. Commutative, associative and
 * idempotent.
 */
export const mergePullRequests = (a: PullRequestState, b: PullRequestState): PullRequestState => {
  const title = latestTitle(a, b);
  const isOverBranches = isOver(a.branch_keys, b.branch_keys, MOST_KEYS);
  return {
    kind: 'pull_request',
    ...title,
    ...latestUrl(a, b, title.updated_ms),
    branch_keys: union(a.branch_keys, b.branch_keys, MOST_KEYS),
    ...truncatedIf(isOverBranches || a.keys_truncated === true || b.keys_truncated === true),
    ...latestBody(a, b),
  };
};
