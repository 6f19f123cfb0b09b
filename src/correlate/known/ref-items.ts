import type { Rule } from '../../domain/link.ts';
import { toCommitItem } from '../documents/items.ts';
import type { CommitWithoutStory, LinkedCommit, LinkedPullRequest } from '../documents/schema.ts';
import { MOST_KEYS, truncatedIf } from '../rules/joins.ts';
import { allCandidates, isTruncated } from '../rules/links.ts';
import type { KnownRef } from './known-refs.ts';

export const linkedCommit = (row: KnownRef, rule: Rule): LinkedCommit[] => {
  const item = commitItem(row);
  return item ? [{ ...item, rule }] : [];
};

/** A known commit as documents and listings show it; null while only a pull request has mentioned it. */
const commitItem = (row: KnownRef) =>
  row.state.kind === 'commit' && row.state.details
    ? toCommitItem({
        repository: row.shown_as,
        sha: row.ref.id,
        ...row.state.details,
        ...truncatedOf(row),
      })
    : null;

const truncatedOf = ({ state }: KnownRef): { keys_truncated?: true } => truncatedIf(isTruncated(state));

export const linkedPullRequest = (row: KnownRef, rule: Rule): LinkedPullRequest[] =>
  row.state.kind === 'pull_request'
    ? [
        {
          repository: row.shown_as,
          id: row.ref.id,
          title: row.state.title,
          url: row.state.url,
          rule,
          ...truncatedOf(row),
        },
      ]
    : [];

/** A known commit that belongs to no issue, with at most `MOST_KEYS` of the keys it names; else an empty list. */
export const commitWithoutStory = (row: KnownRef): CommitWithoutStory[] => {
  const item = row.links === null ? commitItem(row) : null;
  if (item === null) return [];
  const candidates = allCandidates(row.state);
  const more = truncatedIf(candidates.length > MOST_KEYS);
  return [{ ...item, candidates: candidates.slice(0, MOST_KEYS), ...more }];
};
