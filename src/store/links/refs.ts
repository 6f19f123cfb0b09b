import type { Links, Ref, RefState } from '../../domain/link.ts';
import { putRevision, type Revision, revisionOf } from '../calls/conditional-write.ts';
import type { RowsReader } from '../calls/gather.ts';
import {
  aliasPartition,
  candidateKey,
  candidateSortPrefix,
  issueOfAlias,
  refKey,
  refOfCandidate,
  timeSort,
  workPartition,
} from '../calls/keys.ts';
import { putRows, queryPage } from '../calls/rows.ts';
import type { Item, Key, Place } from '../calls/table.ts';
import { registerGroup } from './gaps.ts';

/** A commit or pull request as it is stored, with the revision it was read at. */
export type RefRow = {
  ref: Ref;
  state: RefState;
  links: Links | null;
  /** Ids of issues it left whose derived rows may not have been written since. */
  left: string[];
  /** True when every candidate that the current code finds in its state is stored. */
  candidates_put: boolean;
  revision: Revision;
};

/**
 * A page of a key's partition: issues that have or had it, commits and pull requests that name it. `last`: null on the
 * last page.
 */
export type KeyPage = { issue_ids: string[]; refs: Ref[]; last: Item | null };

/** The stored commits and pull requests, in the order of the references; null for one that was never mentioned. */
export const readRefs = async (read: RowsReader, tenant: string, refs: Ref[]): Promise<(RefRow | null)[]> => {
  const rows = await read(refs.map((ref) => refKey(tenant, ref)));
  return rows.map((row) => row && decodeRef(row));
};

/** @returns false when it has been written since it was read */
export const putRef = async ({ table, tenant, signal }: Place, row: RefRow): Promise<boolean> => {
  const gap = gapOf(tenant, row.ref, row);
  if (gap) await registerGroup({ table, tenant, signal }, 'commit', row.ref.repository);
  return putRevision({ table, signal }, toItem(tenant, row, gap), row.revision);
};

type Contents = Pick<RefRow, 'state' | 'links'>;

/** Sorts a commit without a known time behind all others, the newest first. */
const NO_TIME_MS = 0;

/** A known commit that belongs to no issue is listed until it does. */
const gapOf = (tenant: string, ref: Ref, { state, links }: Contents): Item | null => {
  if (state.kind !== 'commit' || state.details === null || links !== null) return null;
  return {
    work_pk: workPartition(tenant, 'commit', ref.repository),
    work_sk: `${timeSort(state.details.committed_ms ?? NO_TIME_MS)}#${ref.id}`,
  };
};

/** Raised when the code finds other candidates in a state: then those of rows of older code are put again. */
const CANDIDATES = 2;

/** Candidates are put before the row, so every row says that they are stored (`CANDIDATES`). */
const toItem = (tenant: string, { ref, state, links, left }: RefRow, gap: Item | null): Item & Key => ({
  ...refKey(tenant, ref),
  body: JSON.stringify({ ref, state, links, candidates: CANDIDATES, ...(left.length > 0 ? { left } : {}) }),
  ...gap,
});

/** Our own JSON, written only by `toItem`. */
export const decodeRef = (row: Item): RefRow => {
  const { candidates, ...stored }: Contents & { ref: Ref; left?: string[]; candidates?: number } = JSON.parse(
    String(row.body),
  );
  return { left: [], ...stored, candidates_put: candidates === CANDIDATES, revision: revisionOf(row) };
};

/** Stores, permanently, that each of these keys is named by a commit or pull request: the issue may come later. */
export const putCandidates = (
  { table, tenant, signal }: Place,
  named: { key: string; ref: Ref }[],
): Promise<void> =>
  putRows(
    { table, signal },
    named.map(({ key, ref }) => candidateKey(tenant, key, ref)),
  );

/** One page of the commits or pull requests that name a key, by repository and id. */
export const listNaming = async (
  { table, tenant, signal }: Place,
  key: string,
  kind: Ref['kind'],
  page: { limit: number; after: Item | null },
): Promise<{ refs: Ref[]; last: Item | null }> => {
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :kind)',
    ExpressionAttributeValues: { ':pk': aliasPartition(tenant, key), ':kind': candidateSortPrefix(kind) },
    ConsistentRead: true,
  };
  const { items, last } = await queryPage({ table, signal }, query, ['pk', 'sk'], page.limit, page.after);
  return { refs: items.flatMap((item) => refOfCandidate(String(item.sk)) ?? []), last };
};

/** One page of what is stored under a key, in one call: commits, then aliases, then pull requests. */
export const readKeyPage = async (
  { table, tenant, signal }: Place,
  key: string,
  page: { limit: number; after: Item | null },
): Promise<KeyPage> => {
  const query = {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': aliasPartition(tenant, key) },
    ConsistentRead: true,
  };
  const { items, last } = await queryPage({ table, signal }, query, ['pk', 'sk'], page.limit, page.after);
  const names = items.map((item) => String(item.sk));
  return {
    issue_ids: names.flatMap((name) => issueOfAlias(name) ?? []),
    refs: names.flatMap((name) => refOfCandidate(name) ?? []),
    last,
  };
};
