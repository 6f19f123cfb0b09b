import pMap from 'p-map';
import { toCommitItem, toStoryWithoutCommits, toTouchedIssue } from '../../artifact/items.ts';
import { allCandidates, isTruncated } from '../../correlate/links.ts';
import { MOST_KEYS, truncatedIf } from '../../correlate/named.ts';
import { isStory } from '../../correlate/story.ts';
import type { Ref, Rule } from '../../domain/link.ts';
import type {
  CommitWithoutStory,
  Findings,
  LinkedCommit,
  LinkedPullRequest,
  MatchedIssue,
} from '../../domain/run-document.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { isSuperseded, readIssueLinks } from '../../store/issue-links-row.ts';
import { snapshotKey } from '../../store/keys.ts';
import type { Revision } from '../../store/put-revision.ts';
import { readRowsOf } from '../../store/read-items.ts';
import { toSnapshot } from '../../store/snapshot-row.ts';
import type { Item } from '../../store/table-client.ts';
import type { Affected } from './affected.ts';
import { type KnownRef, readKnown } from './known-refs.ts';
import { refsOfIssue } from './linked-refs.ts';
import { nameOf } from './news.ts';
import { ISSUES_TOGETHER, type Scope } from './scope.ts';
import { keysOf } from './update-issue.ts';

/**
 * What a run looked at: issues, each with keys that led to it, and commits and pull requests. `unnamed`: those of
 * the issues that no commit or pull request named, with the revision of their derived row then.
 */
export type Touched = { issues: Affected; refs: Ref[]; unnamed: Map<string, Revision> };

const truncatedOf = ({ state }: KnownRef): { keys_truncated?: true } => truncatedIf(isTruncated(state));

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

export const linkedCommit = (row: KnownRef, rule: Rule): LinkedCommit[] => {
  const item = commitItem(row);
  return item ? [{ ...item, rule }] : [];
};

const linkedPullRequest = (row: KnownRef, rule: Rule): LinkedPullRequest[] =>
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

/** A known commit that belongs to no issue, with the first of the keys it names. */
export const commitWithoutStory = (row: KnownRef): CommitWithoutStory[] => {
  const item = row.links === null ? commitItem(row) : null;
  if (item === null) return [];
  const candidates = allCandidates(row.state);
  const more = truncatedIf(candidates.length > MOST_KEYS);
  return [{ ...item, candidates: candidates.slice(0, MOST_KEYS), ...more }];
};

/** `counts`: false for an issue whose key another one has. */
type Looked = { snapshot: Snapshot; counts: boolean; matched: MatchedIssue };

const unmatched = (snapshot: Snapshot, counts: boolean): Looked => ({
  snapshot,
  counts,
  matched: { issue_key: snapshot.issue_key, issue_id: snapshot.issue_id, commits: [], pull_requests: [] },
});

type Known = { id: string; hints: Iterable<string>; item: Item; unnamed: Revision | undefined };

const lookUp = async (scope: Scope, { id: issueId, hints, item, unnamed }: Known): Promise<Looked> => {
  const row = await readIssueLinks(scope.row, scope.tenant, issueId);
  const snapshot = toSnapshot(scope.tenant, issueId, item);
  const counts = !isSuperseded(row);
  if (row.revision === unnamed) return unmatched(snapshot, counts);
  const refs = new Map<string, KnownRef>();
  for await (const page of refsOfIssue(scope, issueId, keysOf(row, item, hints), 'all'))
    for (const found of page) refs.set(nameOf(found.ref), found);
  const ruled = [...refs.values()].flatMap((found) =>
    found.links ? [{ found, rule: found.links.rule }] : [],
  );
  const matched = {
    issue_key: snapshot.issue_key,
    issue_id: issueId,
    commits: ruled.flatMap(({ found, rule }) => linkedCommit(found, rule)),
    pull_requests: ruled.flatMap(({ found, rule }) => linkedPullRequest(found, rule)),
  };
  return { snapshot, counts, matched };
};

const lookUpAll = async (scope: Scope, { issues, unnamed }: Touched): Promise<Looked[]> => {
  const { table, tenant, signal } = scope;
  const items = await readRowsOf(table, [...issues], ([id]) => snapshotKey(tenant, id), signal);
  const known = items.flatMap(([[id, hints], item]) =>
    item ? [{ id, hints, item, unnamed: unnamed.get(id) }] : [],
  );
  return pMap(known, (one) => lookUp(scope, one), { concurrency: ISSUES_TOGETHER });
};

const isMatch = ({ matched }: Looked): boolean =>
  matched.commits.length > 0 || matched.pull_requests.length > 0;

/** What the run found, from the state of this moment: it costs what was touched, not what is stored. */
export const collectFindings = async (scope: Scope, touched: Touched): Promise<Findings> => {
  const looked = await lookUpAll(scope, touched);
  const refs = new Map(touched.refs.map((ref) => [nameOf(ref), ref]));
  const rows = await readKnown(scope, [...refs.values()]);
  const known = new Map(rows.flatMap((row) => (row ? [[nameOf(row.ref), row] as const] : [])));
  const bare = looked.filter(
    ({ snapshot, counts, matched }) => counts && isStory(snapshot) && matched.commits.length === 0,
  );
  return {
    issues: looked.map(({ snapshot }) => toTouchedIssue(snapshot)),
    matched: looked.filter(isMatch).map(({ matched }) => matched),
    stories_without_commits: bare.map(({ snapshot }) => toStoryWithoutCommits(snapshot)),
    commits_without_story: [...known.values()].flatMap(commitWithoutStory),
  };
};
