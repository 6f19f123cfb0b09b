import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { STREAM_FILTERS } from '../contract/functions.ts';
import { TABLE } from '../contract/table.ts';
import { isEventId } from '../domain/event-id.ts';

/** A Lambda function behind an event source mapping of the table's stream; the local poller calls it too. */
export type StreamHandler = (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse>;

/** The prefix of an event's partition key, as the store builds it. */
const EVENT_PREFIX = 'E#';

/**
 * The id of the event that a stream record names, read from its keys alone (`E#evt_…`, `E`). Null for all other keys.
 * Does not apply the filter.
 */
export const readEventId = (record: DynamoDBRecord): string | null => {
  const { [TABLE.hash.name]: hash, [TABLE.range.name]: range } = record.dynamodb?.Keys ?? {};
  const pk = hash?.S ?? '';
  const event_id = pk.slice(EVENT_PREFIX.length);
  return range?.S === 'E' && pk.startsWith(EVENT_PREFIX) && isEventId(event_id) ? event_id : null;
};

/** True for a record that passes `STREAM_FILTERS`, evaluated as an event source mapping does. */
export const passesFilter = (record: DynamoDBRecord): boolean =>
  STREAM_FILTERS.some((pattern) => matches(pattern, record));

/** Allowed values of a leaf, or patterns by name: the part of the filter language that `STREAM_FILTERS` uses. */
type Pattern = readonly string[] | { readonly [name: string]: Pattern };

const matches = (pattern: Pattern, value: unknown): boolean => {
  if (isLeaf(pattern)) return typeof value === 'string' && pattern.includes(value);
  return (
    isObject(value) &&
    Object.entries(pattern).every(([name, part]) => matches(part, Reflect.get(value, name)))
  );
};

const isLeaf = (pattern: Pattern): pattern is readonly string[] => Array.isArray(pattern);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
