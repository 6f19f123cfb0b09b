import { lookupKey } from '../../domain/issue-key.ts';
import type { Ref } from '../../domain/link.ts';
import type { RowReader } from '../../store/calls/gather.ts';
import type { Item } from '../../store/calls/table.ts';
import { rowAliases } from '../../store/issues/snapshot-row.ts';
import { type IssueLinksRow, readIssueLinks } from '../../store/links/issue-links-row.ts';
import { type KeyPage, listNaming, readKeyPage } from '../../store/links/refs.ts';
import { unique } from '../rules/joins.ts';
import { type KnownRef, type ReadScope, readKnown } from './known-refs.ts';

/** The first page of a key's partition: issues that have or had it, commits and pull requests that name it. */
export const firstKeyPage = (place: ReadScope, key: string): Promise<KeyPage> => pageUnder(place, key)(null);

const PAGE = 100;

const pageUnder =
  (place: ReadScope, key: string) =>
  (after: Item | null): Promise<KeyPage> =>
    readKeyPage(place, key, { limit: PAGE, after });

/** Pages of the commits and pull requests that name a key, starting with the page that has been read. */
export const refsFrom = (place: ReadScope, key: string, first: KeyPage): AsyncGenerator<Ref[]> =>
  pagesFrom(first, pageUnder(place, key));

type RefPage = Pick<KeyPage, 'refs' | 'last'>;

async function* pagesFrom(
  first: RefPage,
  read: (after: Item | null) => Promise<RefPage>,
): AsyncGenerator<Ref[]> {
  for (let page = first; ; page = await read(page.last)) {
    if (page.refs.length > 0) yield page.refs;
    if (page.last === null) return;
  }
}

/** Commits only, or pull requests too. */
type Which = 'commits' | 'all';

/** Pages of the commits (and pull requests) that name one of the keys; one that names two keys is yielded twice. */
export async function* refsNaming(
  place: ReadScope,
  keys: Iterable<string>,
  which: Which,
): AsyncGenerator<Ref[]> {
  for (const key of keys) {
    const read = which === 'all' ? pageUnder(place, key) : commitsUnder(place, key);
    yield* pagesFrom(await read(null), read);
  }
}

const commitsUnder =
  (place: ReadScope, key: string) =>
  (after: Item | null): Promise<RefPage> =>
    listNaming(place, key, 'commit', { limit: PAGE, after });

/** True for a known commit, or a pull request, that belongs to the issue. */
export const belongsTo = (row: KnownRef | null, issueId: string): row is KnownRef =>
  row !== null &&
  (row.state.kind === 'pull_request' || row.state.details !== null) &&
  row.links?.issue_ids.includes(issueId) === true;

/**
 * Pages of the commits (and pull requests) that belong to an issue, found by all keys it had; one that names two keys
 * is yielded twice.
 */
export async function* refsOfIssue(
  place: ReadScope,
  issueId: string,
  keys: Iterable<string>,
  which: Which,
): AsyncGenerator<KnownRef[]> {
  for await (const refs of refsNaming(place, keys, which)) {
    const rows = await readKnown(place, refs);
    const belonging = rows.filter((row) => belongsTo(row, issueId));
    if (belonging.length > 0) yield belonging;
  }
}

/** Every key under which commits may name the issue. */
export const keysOf = (row: IssueLinksRow, snapshot: Item | null, hints: Iterable<string>): string[] => {
  const now = snapshot?.issue_key;
  return unique([...row.keys, ...(typeof now === 'string' ? [lookupKey(now)] : []), ...hints]);
};

/** As `keysOf`, with new keys and the aliases that the snapshot's row lists. */
export const keysOfRows = (row: IssueLinksRow, item: Item | null, newKeys: string[]): string[] =>
  keysOf(row, item, [...newKeys, ...(item ? rowAliases(item) : [])].map(lookupKey));

/** As `keysOfRows`, for an issue whose snapshot's row has been read. */
export const readKeys = async (read: RowReader, tenant: string, issueId: string, item: Item | null) =>
  keysOfRows(await readIssueLinks(read, tenant, issueId), item, []);
