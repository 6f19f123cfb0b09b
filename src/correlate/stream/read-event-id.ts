import type { DynamoDBRecord } from 'aws-lambda';
import { TABLE } from '../../contract/table.ts';
import { isEventId } from '../../domain/event-id.ts';

/** The partition key of an event, as the store makes it. */
const EVENT_PREFIX = 'E#';

/**
 * The event that a stream record tells of, read from its keys alone (`E#evt_…`, `E`): look at it. Null for all other
 * keys, ours or not. Which records count is the filter's matter.
 */
export const readEventId = (record: DynamoDBRecord): string | null => {
  const { [TABLE.hash.name]: hash, [TABLE.range.name]: range } = record.dynamodb?.Keys ?? {};
  const pk = hash?.S ?? '';
  const event_id = pk.slice(EVENT_PREFIX.length);
  return range?.S === 'E' && pk.startsWith(EVENT_PREFIX) && isEventId(event_id) ? event_id : null;
};
