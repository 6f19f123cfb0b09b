import type { DeliveredPullRequest } from '../../domain/commit.ts';
import type { Body, PullRequestState, Said } from '../../domain/link.ts';
import { findBranchKeys, findKeys } from './find-keys.ts';
import { fuller, isOver, latestSaid, MOST_KEYS, truncatedIf, UNKNOWN_MS, union } from './joins.ts';

/** What one delivery says of a pull request; fields in a merge's order, so that equal states are equal bytes. */
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

const MOST_CODE_POINTS = 1_000;

/** The first line that is not blank, trimmed, at most 1,000 code points. */
export const titleOf = (text: string): string => {
  const [line = ''] = text.trimStart().split(/[\r\n]/, 1);
  return Array.from(line.slice(0, 2 * MOST_CODE_POINTS))
    .slice(0, MOST_CODE_POINTS)
    .join('')
    .trimEnd();
};

/** The keys in a pull request's body, with its time; empty when no body was sent. */
export const bodyOf = (body: string | null, updated_ms: number): Body =>
  body === null ? {} : { body: { ...findKeys(withoutComments(body)), updated_ms } };

/**
 * Removes comments, which are not rendered, such as a template's `<!-- for example ABC-1 -->`. One without an end
 * extends to the end of the text, as in Markdown.
 */
const withoutComments = (body: string): string => {
  const [shown = '', ...rest] = body.split('<!--');
  const behind = rest.map((part) => part.split('-->').slice(1).join('-->'));
  return [shown, ...behind].join(' ');
};

/**
 * Merges two states: the newest title, url and body, and the keys of every branch it ever had. Commutative, associative
 * and idempotent.
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

type Title = Pick<PullRequestState, 'title' | 'updated_ms' | 'title_keys' | 'title_keys_truncated'>;

/** The newest title; of two with the same time the longer one, with the keys of both. */
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

const saidBy = ({ title_keys, title_keys_truncated, updated_ms }: PullRequestState): Said => ({
  keys: title_keys,
  ...truncatedIf(title_keys_truncated === true),
  updated_ms,
});

/** The newest url: a delivery without one, as in our own format, does not remove it. */
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

type Address = { url: string; url_ms: number };

const addressOf = ({ url, url_ms, updated_ms }: PullRequestState): Address[] =>
  url === null ? [] : [{ url, url_ms: url_ms ?? updated_ms }];

const newer = (a: Address, b: Address): Address => {
  if (a.url_ms !== b.url_ms) return a.url_ms > b.url_ms ? a : b;
  return { url: fuller(a.url, b.url), url_ms: a.url_ms };
};

/** The newest body that was sent: a delivery without one does not remove it. */
export const latestBody = (a: Body, b: Body): Body => {
  const body = a.body && b.body ? latestSaid(a.body, b.body) : (a.body ?? b.body);
  return body ? { body } : {};
};
