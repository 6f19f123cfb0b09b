import type { DynamoDBRecord } from 'aws-lambda';
import { TABLE } from '../contract/table.ts';
import { isEventId } from '../domain/event-id.ts';

/** What a stream record says: look at this issue, or at this event. Nothing about what it has become. */
export type Hint = { kind: 'issue'; tenant: string; issue_id: string } | { kind: 'event'; event_id: string };

/** The partition keys of snapshots and events, as the store makes them. */
const SNAPSHOT_PARTITION = /^I#([^#]+)#(\d{1,20})$/;
const EVENT_PREFIX = 'E#';

const issueHint = (pk: string): Hint | null => {
  const [, tenant, issue_id] = SNAPSHOT_PARTITION.exec(pk) ?? [];
  return tenant && issue_id ? { kind: 'issue', tenant, issue_id } : null;
};

const eventHint = (pk: string): Hint | null => {
  const event_id = pk.slice(EVENT_PREFIX.length);
  return pk.startsWith(EVENT_PREFIX) && isEventId(event_id) ? { kind: 'event', event_id } : null;
};

/**
 * The hint of a stream record, read from its keys alone: snapshots (`I#tenant#id`, `S`) and events
 * (`E#evt_…`, `E`) give one. Null for all other keys, ours or not. Which records count is the filter's matter.
 */
export const readHint = (record: DynamoDBRecord): Hint | null => {
  const { [TABLE.hash.name]: hash, [TABLE.range.name]: range } = record.dynamodb?.Keys ?? {};
  if (range?.S === 'S') return issueHint(hash?.S ?? '');
  if (range?.S === 'E') return eventHint(hash?.S ?? '');
  return null;
};
