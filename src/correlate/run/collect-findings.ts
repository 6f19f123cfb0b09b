import pMap from 'p-map';
import { isStory, type Snapshot } from '../../domain/issue.ts';
import type { Ref } from '../../domain/link.ts';
import type { Revision } from '../../store/calls/conditional-write.ts';
import { readAhead } from '../../store/calls/gather.ts';
import { snapshotKey } from '../../store/calls/keys.ts';
import { readRowsOf } from '../../store/calls/rows.ts';
import type { Item } from '../../store/calls/table.ts';
import { toSnapshot } from '../../store/issues/snapshot-row.ts';
import { type IssueLinksRow, isSuperseded, readIssueLinks } from '../../store/links/issue-links-row.ts';
import { toStoryWithoutCommits, toTouchedIssue } from '../documents/items.ts';
import type { Findings, MatchedIssue } from '../documents/schema.ts';
import { type KnownRef, readKnown } from '../known/known-refs.ts';
import { belongsTo, keysOf, refsOfIssue } from '../known/linked-refs.ts';
import { commitWithoutStory, linkedCommit, linkedPullRequest } from '../known/ref-items.ts';
import { nameOf } from '../rules/news.ts';
import type { Affected } from './affected.ts';
import { ISSUES_TOGETHER, type Scope } from './scope.ts';

/** The commits and pull requests that named an issue, and the revision of its derived row at that time. */
type Seen = { revision: Revision; named: KnownRef[] };

/**
 * The issues a run looked at, each with keys that led to it, and the commits and pull requests. `seen`: rows already
 * read for some of the issues.
 */
export type Touched = { issues: Affected; refs: Ref[]; seen: Map<string, Seen> };

/** Collects what a run found, from the current state. The cost depends on what was touched, not on what is stored. */
export const collectFindings = async (own: Scope, touched: Touched): Promise<Findings> => {
  const scope = { ...own, rows: await readAhead(own.rows, []) };
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

/** `counts`: false for a superseded issue. */
type Looked = { snapshot: Snapshot; counts: boolean; matched: MatchedIssue };

const lookUpAll = async (scope: Scope, { issues, seen }: Touched): Promise<Looked[]> => {
  const { table, tenant, signal } = scope;
  const items = await readRowsOf({ table, signal }, [...issues], ([id]) => snapshotKey(tenant, id));
  const known = items.flatMap(([[id, hints], item]) =>
    item ? [{ id, hints, item, seen: seen.get(id) }] : [],
  );
  return pMap(known, (one) => lookUp(scope, one), { concurrency: ISSUES_TOGETHER });
};

type Known = { id: string; hints: Iterable<string>; item: Item; seen: Seen | undefined };

const lookUp = async (scope: Scope, known: Known): Promise<Looked> => {
  const row = await readIssueLinks(scope.row, scope.tenant, known.id);
  const snapshot = toSnapshot(scope.tenant, known.id, known.item);
  const matched = matchedOf(snapshot, await belonging(scope, row, known));
  return { snapshot, counts: !isSuperseded(row), matched };
};

const matchedOf = ({ issue_key, issue_id }: Snapshot, named: KnownRef[]): MatchedIssue => {
  const refs = new Map(named.map((found) => [nameOf(found.ref), found]));
  const ruled = [...refs.values()].flatMap((found) =>
    found.links ? [{ found, rule: found.links.rule }] : [],
  );
  return {
    issue_key,
    issue_id,
    commits: ruled.flatMap(({ found, rule }) => linkedCommit(found, rule)),
    pull_requests: ruled.flatMap(({ found, rule }) => linkedPullRequest(found, rule)),
  };
};

/** The commits and pull requests of an issue; read again if its derived row has changed since they were seen. */
const belonging = async (
  scope: Scope,
  row: IssueLinksRow,
  { id, hints, item, seen }: Known,
): Promise<KnownRef[]> => {
  if (seen?.revision === row.revision) return seen.named.filter((found) => belongsTo(found, id));
  const refs: KnownRef[] = [];
  for await (const page of refsOfIssue(scope, id, keysOf(row, item, hints), 'all')) refs.push(...page);
  return refs;
};

const isMatch = ({ matched }: Looked): boolean =>
  matched.commits.length > 0 || matched.pull_requests.length > 0;

export const NOTHING: Touched = { issues: new Map(), refs: [], seen: new Map() };
