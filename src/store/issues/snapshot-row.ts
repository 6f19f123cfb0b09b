import { fitFields } from '../../domain/fit.ts';
import { toUtcIso } from '../../domain/instant.ts';
import {
  type IssueFields,
  type LastEvent,
  NO_FIELDS,
  type Snapshot,
  type Version,
} from '../../domain/issue.ts';
import { compress, decompress } from '../../platform/codec.ts';
import type { Item } from '../calls/table.ts';

/** What is compressed in a snapshot's `body`: its fields and the delivery they came with. */
type SnapshotBody = { fields: IssueFields; last_event: LastEvent };

export const encodeSnapshot = (body: SnapshotBody): Buffer => compress(JSON.stringify(body));

/**
 * Largest compressed fields in bytes. An item may have 409,600 bytes (DynamoDB developer guide, "Quotas"); the
 * rest is room for what describes the delivery (5,000), for the other keys and indexes, and for the 50 keys of at
 * most 1,020 bytes each that one delivery can give an issue.
 */
const MAX_FIELDS_BYTES = 345_000;

/** A body this far below the limit has fields below it, whatever else it contains. */
const SURELY_FITS_BYTES = 300_000;

/**
 * True when fields fit into an item. They are measured alone: the identifier of a delivery is not signed, and must not
 * decide how much of a body is kept.
 * @param encoded the body that contains them, if there is one: a small one makes measuring unnecessary
 */
const fitsItem = (fields: IssueFields, encoded?: Uint8Array): boolean => {
  if (encoded !== undefined && encoded.length <= SURELY_FITS_BYTES) return true;
  const json = Buffer.from(JSON.stringify(fields));
  return json.length <= SURELY_FITS_BYTES || compress(json).length <= MAX_FIELDS_BYTES;
};

/** The fields, or as much of them as an item holds. @param encoded as for `fitsItem` */
export const fitToItem = (fields: IssueFields, encoded?: Uint8Array): IssueFields =>
  fitsItem(fields, encoded) ? fields : fitFields(fields, (candidate) => fitsItem(candidate));

/** The version of a row's fields; null when the row holds only a tombstone. */
export const rowVersion = (row: Item): Version | null =>
  typeof row.updated_ms === 'number'
    ? { updated_ms: row.updated_ms, timestamp_ms: Number(row.timestamp_ms), event_id: String(row.event_id) }
    : null;

/** What is stored of an issue, to compare an observation with. */
export type KnownIssue = {
  /** Null when only its deletion is known, or its fields cannot be read. */
  fields: { said: IssueFields; version: Version; schema_version: number; last_event: LastEvent } | null;
  deleted: boolean;
  deleted_ms: number | null;
};

/** An unreadable body counts as no fields: newer fields replace it, and one such row does not fail others. */
export const toKnownIssue = (row: Item): KnownIssue => {
  const [version, body] = [rowVersion(row), bodyIfReadable(row)];
  return {
    fields: version &&
      body && {
        said: body.fields,
        version,
        schema_version: Number(row.schema_version),
        last_event: body.last_event,
      },
    deleted: row.deleted === true,
    deleted_ms: typeof row.deleted_ms === 'number' ? row.deleted_ms : null,
  };
};

const bodyIfReadable = (row: Item): SnapshotBody | null => {
  try {
    return decodeSnapshot(row);
  } catch {
    return null;
  }
};

/** Keys of this issue whose alias rows are known to be durable. */
export const rowAliases = (row: Item): ReadonlySet<string> =>
  row.aliased instanceof Set ? row.aliased : new Set();

/**
 * The row as `GET /issues/{key or id}` shows it.
 * @param supersededBy not in the row, because it depends on the rows of other issues
 */
export const toSnapshot = (
  tenantId: string,
  issueId: string,
  row: Item,
  supersededBy: string | null = null,
): Snapshot => {
  const body = decodeSnapshot(row);
  const version = rowVersion(row);
  return {
    tenant_id: tenantId,
    issue_id: issueId,
    ...(body?.fields ?? NO_FIELDS),
    version: version && { updated_ms: version.updated_ms, timestamp_ms: version.timestamp_ms },
    deleted: row.deleted === true,
    deleted_at: typeof row.deleted_ms === 'number' ? toUtcIso(row.deleted_ms) : null,
    superseded_by: supersededBy,
    last_event: body?.last_event ?? null,
    schema_version: typeof row.schema_version === 'number' ? row.schema_version : null,
  };
};

const decodeSnapshot = (row: Item): SnapshotBody | null =>
  row.body instanceof Uint8Array ? JSON.parse(decompress(row.body).toString()) : null;
