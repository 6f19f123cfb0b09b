import { HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { SCHEMA_VERSION } from '../../domain/issue.ts';
import { sameFields } from '../../domain/same-fields.ts';
import type { KnownIssue } from '../../store/issues/snapshot-row.ts';
import type { Shown } from './look.ts';

/**
 * How a look compares with what is stored. `new` and `repaired` are written, `raised` writes only `updated`; whether an
 * `undecided` row of a search is newer, only a read by id can tell.
 */
export type Judgement =
  | { kind: 'new' | 'repaired'; missed: boolean; drift: boolean }
  | { kind: 'unchanged' | 'raised' | 'stale' | 'undecided' | 'contradiction' };

type KnownFields = NonNullable<KnownIssue['fields']>;

/**
 * Judges a look.
 * @param known null when there is no row of the issue
 * @param ranks ids of the fields that hold a rank, which moves without `updated`
 */
export const judge = (known: KnownIssue | null, shown: Shown, ranks: readonly string[]): Judgement => {
  if (known !== null && contradicts(known, shown)) return { kind: 'contradiction' };
  const judgement = compare(known?.fields ?? null, shown, ranks);
  // Jira's index shows a deleted issue for hours more, and an erased one must not come back from it.
  const isDoubtful = known?.deleted === true && shown.read === 'search' && 'missed' in judgement;
  return isDoubtful ? { kind: 'undecided' } : judgement;
};

const compare = (fields: KnownFields | null, shown: Shown, ranks: readonly string[]): Judgement => {
  if (fields === null) return { kind: 'new', missed: isOld(shown), drift: false };
  if (shown.updated_ms < fields.version.updated_ms) return { kind: 'stale' };
  return shown.updated_ms > fields.version.updated_ms
    ? judgeNewer(fields, shown)
    : judgeSame(fields, shown, ranks);
};

/** Margin for a webhook that was sent during the read, or that arrived late. */
const SURE_AFTER_MS = HOUR_MS;

/** Whether Jira went back in time: what was known long before the read is newer than what it shows, or a deletion. */
const contradicts = (known: KnownIssue, { read, seen_ms, updated_ms }: Shown): boolean => {
  const { fields, deleted } = known;
  const isOlder = fields !== null && updated_ms < fields.version.updated_ms;
  return read === 'id' && (isOlder || deleted) && seen_ms > knownSince(known) + SURE_AFTER_MS;
};

/** Since when the state is known. A row of a search has no timestamp, but was updated before it was found. */
const knownSince = ({ fields, deleted_ms }: KnownIssue): number =>
  Math.max(fields?.version.timestamp_ms ?? 0, fields?.version.updated_ms ?? 0, deleted_ms ?? 0);

const LATE_MS = 30 * MINUTE_MS;

/** Whether a delivery should have brought the change by now. */
const isOld = ({ seen_ms, updated_ms }: Shown): boolean => updated_ms < seen_ms - LATE_MS;

const judgeNewer = (fields: KnownFields, shown: Shown): Judgement => {
  const comparable = fields.schema_version === SCHEMA_VERSION;
  if (comparable && sameFields(fields.said, shown.fields, 'all')) return { kind: 'raised' };
  return { kind: 'repaired', missed: isOld(shown), drift: comparable && isOld(shown) };
};

/** Fields from an older normalizer may differ without a change in Jira: that is no drift, and nothing was missed. */
const judgeSame = (fields: KnownFields, shown: Shown, ranks: readonly string[]): Judgement => {
  const comparable = fields.schema_version === SCHEMA_VERSION;
  if (comparable && sameFields(fields.said, shown.fields, ranks)) return { kind: 'unchanged' };
  if (shown.read === 'search') return { kind: 'undecided' };
  if (shown.timestamp_ms < fields.version.timestamp_ms) return { kind: 'stale' };
  return { kind: 'repaired', missed: false, drift: comparable && isOld(shown) };
};
