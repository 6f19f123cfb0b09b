import type { Ref } from '../../domain/link.ts';
import type { Item } from '../../store/calls/table.ts';
import { type KeyPage, listNaming, readKeyPage } from '../../store/links/refs.ts';
import { type KnownRef, readKnown } from './known-refs.ts';
import type { ReadScope } from './scope.ts';

const PAGE = 100;

/** Commits alone, or pull requests too. */
type Which = 'commits' | 'all';

type RefPage = Pick<KeyPage, 'refs' | 'last'>;

const pageUnder =
  (place: ReadScope, key: string) =>
  (after: Item | null): Promise<KeyPage> =>
    readKeyPage(place, key, { limit: PAGE, after });

const commitsUnder =
  (place: ReadScope, key: string) =>
  (after: Item | null): Promise<RefPage> =>
    listNaming(place, key, 'commit', { limit: PAGE, after });

/** The first page of what lies under a key. */
export const firstKeyPage = (place: ReadScope, key: string): Promise<KeyPage> => pageUnder(place, key)(null);

async function* pagesFrom(
  first: RefPage,
  read: (after: Item | null) => Promise<RefPage>,
): AsyncGenerator<Ref[]> {
  for (let page = first; ; page = await read(page.last)) {
    if (page.refs.length > 0) yield page.refs;
    if (page.last === null) return;
  }
}

/** Pages of everything that names a key, when the first one has been read. */
export const refsFrom = (place: ReadScope, key: string, first: KeyPage): AsyncGenerator<Ref[]> =>
  pagesFrom(first, pageUnder(place, key));

/** Pages of everything that names one of the keys; what names two of them comes twice. */
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

/** True for a commit that is known, or a pull request, that belongs to the issue. */
export const belongsTo = (row: KnownRef | null, issueId: string): row is KnownRef =>
  row !== null &&
  (row.state.kind === 'pull_request' || row.state.details !== null) &&
  row.links?.issue_ids.includes(issueId) === true;

/** Pages of what belongs to an issue, by all keys it had; what names two of them comes twice. */
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
