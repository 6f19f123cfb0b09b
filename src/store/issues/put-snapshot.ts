import type { IssueFields } from '../../domain/issue.ts';
import { SCHEMA_VERSION } from '../../domain/snapshot.ts';
import { isNewer, sameVersion, type Version } from '../../domain/version.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { type ConditionalWrite, updateIf } from '../calls/conditional-write.ts';
import { projectPartition, projectSort, snapshotKey } from '../calls/keys.ts';
import type { Item, TableCall } from '../calls/table.ts';
import { putAliases } from './aliases.ts';
import { rowAliases, rowVersion } from './snapshot-row.ts';

export type SnapshotWrite = {
  tenant: string;
  issue_id: string;
  version: Version;
  fields: IssueFields;
  /** Compressed fields and last event, as `encodeSnapshot` makes it. */
  body: Uint8Array;
  /** Keys that must find this issue before the write counts. */
  keys: string[];
  /** True when the keys are probably new, so that trying without their aliases is a wasted write. */
  keys_are_new: boolean;
};

/**
 * Absent, or an older version, or the same version under an older normalizer. A row with only a deletion
 * mark has no `updated_ms`. AND binds closer than OR; nested in parentheses the same rule takes a compatible
 * server with a backtracking parser 200 ms.
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

const fieldValues = (write: SnapshotWrite) => ({
  ':body': write.body,
  ':updated': write.version.updated_ms,
  ':timestamp': write.version.timestamp_ms,
  ':event': write.version.event_id,
  ':schema': SCHEMA_VERSION,
  ':issue_key': write.fields.issue_key,
});

/** The index of a project's issues: in it under the project of the newest fields, out of it without one. */
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

/** Only into a row that is older and already knows that the aliases of all these keys are durable. */
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

/**
 * Into any older row or none, noting the keys whose aliases have just been made durable. Only these keys:
 * an issue that keeps moving must not outgrow its item, and a forgotten key only costs its alias again.
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
 * The losing row decides: `applied` if an earlier attempt of this very delivery wrote it, `stale` if it is
 * newer. Null when it is neither: a row that was read after the condition failed may have come in between.
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

/**
 * Writes the fields if they are newer than what is stored, and makes every key find the issue. An alias is
 * durable before the row says so, and the row says so before the delivery is answered; whatever crashes in
 * between is repaired by the next attempt, which does not find the key in `aliased`.
 *
 * A known issue costs one write. Only a new key, or an issue never seen, costs its alias row and a second try.
 */
export const putSnapshot = async (place: TableCall, write: SnapshotWrite): Promise<'applied' | 'stale'> => {
  if (!write.keys_are_new) {
    const first = await writeKnownIssue(place, write);
    if (first.written) return 'applied';
    // Without a row handed back there is none, or the next write's condition finds it.
    const { returned } = first;
    const outcome = knowsKeys(returned, write.keys) ? outcomeAgainst(returned, write.version) : null;
    if (outcome !== null) return outcome;
  }
  await putAliases({ ...place, tenant: write.tenant }, write.issue_id, write.keys);
  const second = await writeWithKeys(place, write);
  const outcome = second.written ? 'applied' : outcomeAgainst(await second.row(), write.version);
  if (outcome === null) throw new UnavailableError('table', new Error('the row vanished'));
  return outcome;
};
