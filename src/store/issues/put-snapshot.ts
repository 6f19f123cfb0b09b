import { type IssueFields, isNewer, SCHEMA_VERSION, sameVersion, type Version } from '../../domain/issue.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { type ConditionalWrite, updateIf } from '../calls/conditional-write.ts';
import { projectPartition, projectSort, snapshotKey } from '../calls/keys.ts';
import type { Item, TableCall } from '../calls/table.ts';
import { putAliases } from './issue-index.ts';
import { rowAliases, rowVersion } from './snapshot-row.ts';

export type SnapshotWrite = {
  tenant: string;
  issue_id: string;
  version: Version;
  fields: IssueFields;
  /** Compressed fields and last event, as `encodeSnapshot` makes it. */
  body: Uint8Array;
  /** Keys whose aliases must be durable before the row is written. */
  keys: string[];
  /** True when the keys are probably new, so that trying without their aliases is a wasted write. */
  keys_are_new: boolean;
  /** True when the aliases of all keys are durable already. */
  aliases_are_kept?: boolean;
};

/**
 * Writes the fields if they are newer than what is stored, and makes every key find the issue. An alias is durable
 * before the row lists it, and the row is written before the delivery is answered. After a crash in between, the next
 * attempt does not find the key in `aliased`, and writes what is missing.
 *
 * A known issue costs one write. Only a new key, or an issue never seen, costs its alias row and a second try.
 */
export const putSnapshot = async (place: TableCall, write: SnapshotWrite): Promise<'applied' | 'stale'> => {
  if (!write.keys_are_new) {
    const first = await writeKnownIssue(place, write);
    if (first.written) return 'applied';
    // If no row was returned, there is none, or the condition of the next write finds it.
    const { returned } = first;
    const outcome = knowsKeys(returned, write.keys) ? outcomeAgainst(returned, write.version) : null;
    if (outcome !== null) return outcome;
  }
  if (!write.aliases_are_kept)
    await putAliases({ ...place, tenant: write.tenant }, write.issue_id, write.keys);
  const second = await writeWithKeys(place, write);
  const outcome = second.written ? 'applied' : outcomeAgainst(await second.row(), write.version);
  if (outcome === null) throw new UnavailableError('table', new Error('the row vanished'));
  return outcome;
};

/**
 * Absent, or an older version, or the same version under an older normalizer. A row with only a tombstone has no
 * `updated_ms`. AND binds tighter than OR, so there are no parentheses: nested ones take a compatible server with a
 * backtracking parser 200 ms.
 */
const IS_OLDER = [
  'attribute_not_exists(updated_ms)',
  'updated_ms < :updated',
  'updated_ms = :updated AND timestamp_ms < :timestamp',
  'updated_ms = :updated AND timestamp_ms = :timestamp AND event_id < :event',
  'updated_ms = :updated AND timestamp_ms = :timestamp AND event_id = :event AND schema_version < :schema',
].join(' OR ');

const SET_FIELDS =
  'SET body = :body, updated_ms = :updated, timestamp_ms = :timestamp, event_id = :event, schema_version = :schema, issue_key = :issue_key';

/** Writes only to an older row that already lists the aliases of all these keys as durable. */
const writeKnownIssue = (place: TableCall, write: SnapshotWrite): Promise<ConditionalWrite> => {
  const project = projectPart(write);
  const keys = Object.fromEntries(write.keys.map((key, index) => [`:key${index}`, key]));
  const known = write.keys.map((_, index) => `contains(aliased, :key${index})`).join(' AND ');
  return updateIf(place, {
    key: snapshotKey(write.tenant, write.issue_id),
    update: `${SET_FIELDS}${project.expression}`,
    condition: `${known} AND (${IS_OLDER})`,
    values: { ...fieldValues(write), ...project.values, ...keys },
  });
};

const fieldValues = (write: SnapshotWrite) => ({
  ':body': write.body,
  ':updated': write.version.updated_ms,
  ':timestamp': write.version.timestamp_ms,
  ':event': write.version.event_id,
  ':schema': SCHEMA_VERSION,
  ':issue_key': write.fields.issue_key,
});

/** The issue's entry in `by_project`: under the project of the newest fields, or removed if they have none. */
const projectPart = (write: SnapshotWrite) => {
  const project = write.fields.project_key;
  if (project === null) return { expression: ' REMOVE project_pk, project_sk', values: {} };
  return {
    expression: ', project_pk = :project, project_sk = :project_sk',
    values: {
      ':project': projectPartition(write.tenant, project),
      ':project_sk': projectSort(write.issue_id),
    },
  };
};

/**
 * Writes to any older row, or a new one, and lists the keys whose aliases have just been made durable. Only these keys:
 * the row of an issue that keeps moving must not outgrow its item, and a key left out only costs its alias again.
 */
const writeWithKeys = (place: TableCall, write: SnapshotWrite): Promise<ConditionalWrite> => {
  const project = projectPart(write);
  return updateIf(place, {
    key: snapshotKey(write.tenant, write.issue_id),
    update: `${SET_FIELDS}, aliased = :keys${project.expression}`,
    condition: IS_OLDER,
    values: { ...fieldValues(write), ...project.values, ':keys': new Set(write.keys) },
  });
};

/**
 * The outcome of a refused write, by the stored row: `applied` if an earlier attempt of this delivery wrote it, `stale`
 * if it is newer. Null if it is neither: a row that is read only after the condition failed may have changed in
 * between.
 */
const outcomeAgainst = (row: Item | null, version: Version): 'applied' | 'stale' | null => {
  const stored = row && rowVersion(row);
  if (!stored) return null;
  if (sameVersion(stored, version)) return 'applied';
  return isNewer(stored, version) ? 'stale' : null;
};

const knowsKeys = (row: Item | null, keys: string[]): boolean => {
  const aliased = row ? rowAliases(row) : new Set<string>();
  return keys.every((key) => aliased.has(key));
};

type Tombstone = {
  tenant: string;
  issue_id: string;
  event_id: string;
  /** Time of the deletion in epoch milliseconds; null when the delivery does not say. */
  deleted_ms: number | null;
  keys: string[];
};

/** Of two tombstones with the same time, or none, the one with the smaller event id stays, in either order. */
const IS_EARLIER = {
  timed: [
    'attribute_not_exists(deleted)',
    'attribute_not_exists(deleted_ms)',
    'deleted_ms > :ms',
    'deleted_ms = :ms AND deleted_event_id > :event',
  ].join(' OR '),
  untimed: 'attribute_not_exists(deleted) OR attribute_not_exists(deleted_ms) AND deleted_event_id > :event',
};

/**
 * Writes the tombstone beside the issue's fields, creating the row if there is none. Of several deletions the earliest
 * stays; one without a time ranks behind those that have one. Fields and tombstone are independent, so a late update
 * and a deletion give the same result in either order. A tombstone is never removed.
 * @returns `applied` if this delivery set the tombstone, now or in an earlier attempt, else `stale`.
 */
export const putTombstone = async (
  { table, signal }: TableCall,
  tombstone: Tombstone,
): Promise<'applied' | 'stale'> => {
  await putAliases({ table, tenant: tombstone.tenant, signal }, tombstone.issue_id, tombstone.keys);
  const time = tombstone.deleted_ms === null ? '' : ', deleted_ms = :ms';
  const write = {
    key: snapshotKey(tombstone.tenant, tombstone.issue_id),
    update: `SET deleted = :true, deleted_event_id = :event${time}`,
    condition: tombstone.deleted_ms === null ? IS_EARLIER.untimed : IS_EARLIER.timed,
    values: tombstoneValues(tombstone),
  };
  const result = await updateIf({ table, signal }, write);
  if (result.written) return 'applied';
  return (await result.row())?.deleted_event_id === tombstone.event_id ? 'applied' : 'stale';
};

const tombstoneValues = (tombstone: Tombstone) => ({
  ':true': true,
  ':event': tombstone.event_id,
  ...(tombstone.deleted_ms === null ? {} : { ':ms': tombstone.deleted_ms }),
});
