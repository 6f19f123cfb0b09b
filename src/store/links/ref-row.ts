import type { Links, Ref, RefState } from '../../domain/link.ts';
import { putRevision, type Revision, revisionOf } from '../calls/conditional-write.ts';
import type { RowsReader } from '../calls/gather.ts';
import { refKey, timeSort, workPartition } from '../calls/keys.ts';
import type { Item, Key, Place } from '../calls/table.ts';
import { registerGroup } from './gap-groups.ts';

/** A commit or pull request as it is stored, with the revision it was read at. */
export type RefRow = {
  ref: Ref;
  state: RefState;
  links: Links | null;
  /** Ids of issues it belonged to, as long as they may not have been written since. */
  left: string[];
  /** True when every candidate that its state has today leads to it. */
  candidates_put: boolean;
  revision: Revision;
};

/** Raised when a state has other candidates than before: then those of a row of older code are put again. */
const CANDIDATES = 2;

type Contents = Pick<RefRow, 'state' | 'links'>;

/** Where a commit stands whose time nobody tells: behind all others, the newest first. */
const NO_TIME_MS = 0;

/** A known commit that belongs to no issue is listed until it does. */
const gapOf = (tenant: string, ref: Ref, { state, links }: Contents): Item | null => {
  if (state.kind !== 'commit' || state.details === null || links !== null) return null;
  return {
    work_pk: workPartition(tenant, 'commit', ref.repository),
    work_sk: `${timeSort(state.details.committed_ms ?? NO_TIME_MS)}#${ref.id}`,
  };
};

/** Candidates are put before it is: so whoever writes a row says that they lead to it. */
const toItem = (tenant: string, { ref, state, links, left }: RefRow, gap: Item | null): Item & Key => ({
  ...refKey(tenant, ref),
  body: JSON.stringify({ ref, state, links, candidates: CANDIDATES, ...(left.length > 0 ? { left } : {}) }),
  ...gap,
});

/** Our own JSON, written by `toItem` and by nothing else. */
export const decodeRef = (row: Item): RefRow => {
  const { candidates, ...stored }: Contents & { ref: Ref; left?: string[]; candidates?: number } = JSON.parse(
    String(row.body),
  );
  return { left: [], ...stored, candidates_put: candidates === CANDIDATES, revision: revisionOf(row) };
};

/** The stored commits and pull requests, in the order of the references; null for one nobody mentioned. */
export const readRefs = async (read: RowsReader, tenant: string, refs: Ref[]): Promise<(RefRow | null)[]> => {
  const rows = await read(refs.map((ref) => refKey(tenant, ref)));
  return rows.map((row) => row && decodeRef(row));
};

/** @returns false when somebody else has written it since it was read */
export const putRef = async ({ table, tenant, signal }: Place, row: RefRow): Promise<boolean> => {
  const gap = gapOf(tenant, row.ref, row);
  if (gap) await registerGroup({ table, tenant, signal }, 'commit', row.ref.repository);
  return putRevision({ table, signal }, toItem(tenant, row, gap), row.revision);
};
