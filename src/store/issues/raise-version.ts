import { SCHEMA_VERSION, type Version } from '../../domain/issue.ts';
import { updateIf } from '../calls/conditional-write.ts';
import { snapshotKey } from '../calls/keys.ts';
import type { Place } from '../calls/table.ts';

type Raise = {
  issue_id: string;
  /** The version of the row that was read. */
  read: Version;
  to: Omit<Version, 'event_id'>;
  /** As `encodeSnapshot` returns it: the same fields under a greater `updated`, and the last event unchanged. */
  body: Uint8Array;
};

/**
 * Raises the version of an issue whose `updated` is greater now although its fields are the same. The row still names
 * the event that its fields came from.
 * @returns false when the row is no longer the one that was read
 */
export const raiseVersion = async ({ table, tenant, signal }: Place, raise: Raise): Promise<boolean> => {
  const { issue_id, read, to, body } = raise;
  const result = await updateIf(
    { table, signal },
    {
      key: snapshotKey(tenant, issue_id),
      update: 'SET body = :body, updated_ms = :updated, timestamp_ms = :timestamp',
      condition:
        'updated_ms = :was_updated AND timestamp_ms = :was_timestamp AND event_id = :event AND schema_version = :schema',
      values: {
        ':body': body,
        ':updated': to.updated_ms,
        ':timestamp': to.timestamp_ms,
        ':was_updated': read.updated_ms,
        ':was_timestamp': read.timestamp_ms,
        ':event': read.event_id,
        ':schema': SCHEMA_VERSION,
      },
    },
  );
  return result.written;
};
