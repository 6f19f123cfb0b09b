import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import type { Processing } from '../../domain/delivery.ts';
import { toUtcIso } from '../../domain/instant.ts';
import { processingKey, spreadPartition } from '../calls/keys.ts';
import { type Consistency, putRows, readRows } from '../calls/rows.ts';
import { callTable, type Item, type Key, type Place, type TableCall } from '../calls/table.ts';
import { isExpired } from './event-row.ts';
import { parkedSort } from './parked.ts';

/** The result of processing an event, as it is stored. */
export type Processed = {
  event_id: string;
  status: 'processed' | 'failed' | 'not_needed';
  /** How often it was tried this time. */
  attempts: number;
  /** Why it failed, without payload values; null otherwise. */
  reason: string | null;
  /** Whether it failed because the table or the artifact store did: then the sweep retries it. */
  retryable: boolean;
  /** When the event expires, and its status with it, in epoch seconds. */
  expires_at: number;
};

const SET =
  'SET #status = :status, last_ms = :now, first_ms = if_not_exists(first_ms, :now), #ttl = :expires';

/** A parked event is listed until it is processed. */
const PARKED = ', reason = :reason, work_pk = :parked, work_sk = :since ADD attempts :attempts';

const DONE = ' REMOVE reason, work_pk, work_sk ADD attempts :attempts';

/**
 * Writes the status beside the event, once for each time it is handled or parked. A failure never overwrites the status
 * of a concurrent batch that has processed the event.
 * @returns false if it would have
 */
export const putProcessing = async (
  { table, tenant, signal }: Place,
  processed: Processed,
  nowMs: number,
): Promise<boolean> => {
  const failed = processed.status === 'failed';
  const parked = {
    ':reason': processed.reason,
    ':parked': spreadPartition(tenant, 'parked', processed.event_id),
    ':since': parkedSort(processed.retryable, nowMs, processed.event_id),
    ':processed': 'processed',
  };
  const command = new UpdateCommand({
    TableName: table.name,
    Key: processingKey(processed.event_id),
    UpdateExpression: `${SET}${failed ? PARKED : DONE}`,
    ...(failed ? { ConditionExpression: 'attribute_not_exists(pk) OR #status <> :processed' } : {}),
    ExpressionAttributeNames: { '#status': 'status', '#ttl': TTL_ATTRIBUTE },
    ExpressionAttributeValues: {
      ':status': processed.status,
      ':now': nowMs,
      ':expires': processed.expires_at,
      ':attempts': processed.attempts,
      ...(failed ? parked : {}),
    },
  });
  await removeExpired({ table, signal }, processed.event_id, nowMs);
  return sendIf(signal, () => table.documentClient.send(command));
};

/** Makes sweeps handle the event once more, if it was handled or parked. Its count of attempts stays. */
export const awaitProcessing = async ({ table, signal }: TableCall, eventId: string): Promise<void> => {
  const command = new UpdateCommand({
    TableName: table.name,
    Key: processingKey(eventId),
    UpdateExpression: 'SET #status = :pending REMOVE reason, work_pk, work_sk',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':pending': PENDING.status },
  });
  await sendIf(signal, () => table.documentClient.send(command));
};

/** Sends a conditional write. @returns false if the condition failed */
const sendIf = async (signal: AbortSignal, send: () => Promise<unknown>): Promise<boolean> => {
  try {
    await callTable(signal, send);
    return true;
  } catch (fault) {
    if (fault instanceof Error && fault.cause instanceof ConditionalCheckFailedException) return false;
    throw fault;
  }
};

/**
 * Removes an expired status. DynamoDB does so days late, and meanwhile the same bytes may have arrived as a new event:
 * the status of the old one does not apply to it.
 */
const removeExpired = async ({ table, signal }: TableCall, eventId: string, nowMs: number): Promise<void> => {
  const command = new DeleteCommand({
    TableName: table.name,
    Key: processingKey(eventId),
    ConditionExpression: '#ttl <= :now',
    ExpressionAttributeNames: { '#ttl': TTL_ATTRIBUTE },
    ExpressionAttributeValues: { ':now': Math.floor(nowMs / 1000) },
  });
  await sendIf(signal, () => table.documentClient.send(command));
};

/**
 * Writes the status of many events that are done, in few calls, as `putProcessing` would for each. A concurrent batch
 * that writes one of them has handled it too, and only its attempts are not counted then: so eventually consistent
 * reads are enough.
 * @param done none of them failed
 */
export const putAllDone = async (place: TableCall, done: Processed[], nowMs: number): Promise<void> => {
  const keys = done.map(({ event_id }) => processingKey(event_id));
  const before = await readRows(place, keys, 'eventual');
  const rows = done.map((processed, index) =>
    doneRow(processed, nowMs, unexpired(before[index] ?? null, nowMs)),
  );
  await putRows(place, rows);
};

const doneRow = (
  { event_id, status, attempts, expires_at }: Processed,
  nowMs: number,
  before: Item | null,
): Item & Key => ({
  ...processingKey(event_id),
  status,
  attempts: attempts + Number(before?.attempts ?? 0),
  first_ms: Number(before?.first_ms ?? nowMs),
  last_ms: nowMs,
  [TTL_ATTRIBUTE]: expires_at,
});

/** No status is stored yet. */
export const PENDING: Processing = {
  status: 'pending',
  attempts: 0,
  first_at: null,
  last_at: null,
  reason: null,
};

/** The status of each event, in their order; `pending` if none is stored beside it, or only an expired one. */
export const readProcessing = async (
  place: TableCall,
  eventIds: string[],
  nowMs: number,
  consistency: Consistency = 'strong',
): Promise<Processing[]> => {
  const rows = await readRows(place, eventIds.map(processingKey), consistency);
  return rows.map((row) => toProcessing(unexpired(row, nowMs)));
};

const unexpired = (row: Item | null, nowMs: number): Item | null =>
  row === null || isExpired(row, nowMs) ? null : row;

const STATUSES = ['processed', 'failed', 'not_needed'] as const;

const toProcessing = (row: Item | null): Processing => {
  const status = STATUSES.find((known) => known === row?.status);
  if (row === null || status === undefined) return PENDING;
  return {
    status,
    attempts: Number(row.attempts),
    first_at: toUtcIso(Number(row.first_ms)),
    last_at: toUtcIso(Number(row.last_ms)),
    reason: typeof row.reason === 'string' ? row.reason : null,
  };
};
