import { HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { SCHEMA_VERSION } from '../../domain/issue.ts';
import { sameFields } from '../../domain/same-fields.ts';
import type { KnownIssue } from '../../store/issues/snapshot-row.ts';
import type { Shown } from './look.ts';

/**
 * What a look is to what is known. `new` and `repaired` are to be written, and `raised` its `updated` alone; of an
 * `undecided` row of a search only a read by id can say whether it is newer.
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
  // An index goes on showing for hours what is deleted, and what was erased here must not come back from it.
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

/** Time enough for a webhook that was sent during the read, or in whose place one came late. */
const SURE_AFTER_MS = HOUR_MS;

/** Jira went back: what was known long before the read is newer than what it shows, or says that it is gone. */
const contradicts = (known: KnownIssue, { read, seen_ms, updated_ms }: Shown): boolean => {
  const { fields, deleted } = known;
  const isOlder = fields !== null && updated_ms < fields.version.updated_ms;
  return read === 'id' && (isOlder || deleted) && seen_ms > knownSince(known) + SURE_AFTER_MS;
};

/** A row of a search has no time of its own, but was updated before it was found. */
const knownSince = ({ fields, deleted_ms }: KnownIssue): number =>
  Math.max(fields?.version.timestamp_ms ?? 0, fields?.version.updated_ms ?? 0, deleted_ms ?? 0);

const LATE_MS = 30 * MINUTE_MS;

/** A delivery would have brought it by now. */
const isOld = ({ seen_ms, updated_ms }: Shown): boolean => updated_ms < seen_ms - LATE_MS;

const judgeNewer = (fields: KnownFields, shown: Shown): Judgement => {
  const comparable = fields.schema_version === SCHEMA_VERSION;
  if (comparable && sameFields(fields.said, shown.fields, 'all')) return { kind: 'raised' };
  return { kind: 'repaired', missed: isOld(shown), drift: comparable && isOld(shown) };
};

/** What an older normalizer read differs by itself, and nothing of it was missed. */
const judgeSame = (fields: KnownFields, shown: Shown, ranks: readonly string[]): Judgement => {
  const comparable = fields.schema_version === SCHEMA_VERSION;
  if (comparable && sameFields(fields.said, shown.fields, ranks)) return { kind: 'unchanged' };
  if (shown.read === 'search') return { kind: 'undecided' };
  if (shown.timestamp_ms < fields.version.timestamp_ms) return { kind: 'stale' };
  return { kind: 'repaired', missed: false, drift: comparable && isOld(shown) };
};
