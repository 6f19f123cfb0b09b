import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { type Attempt, type Execution, readExecutionId } from '../../domain/execution.ts';
import { putIf } from '../calls/conditional-write.ts';
import { queryPages } from '../calls/rows.ts';
import { getItem, type Item, type Place, type TableCall } from '../calls/table.ts';
import { isExpired } from '../events/event-row.ts';
import { attemptSortPrefix, EXECUTION_SORT, executionKey, executionsPartition } from './execution-keys.ts';
import { executionItem, readAttempt, readExecution } from './execution-row.ts';

/**
 * Puts an execution if it is absent: of concurrent runs that match the same event, the first writer wins. An expired
 * one counts as absent, as DynamoDB removes it days late.
 * @returns `made` also if an earlier try of this call wrote it and the answer was lost
 * @throws UnavailableError
 */
export const putExecution = async (place: TableCall, execution: Execution): Promise<'made' | 'there'> => {
  const item = executionItem(execution);
  const values = { ':now': Math.floor(execution.created_ms / 1000) };
  const result = await putIf(place, { item, condition: IS_ABSENT, values });
  if (result.written) return 'made';
  const row = await result.row();
  return row !== null && row.run_id === item.run_id && row.rev === item.rev ? 'made' : 'there';
};

const IS_ABSENT = `attribute_not_exists(pk) OR ${TTL_ATTRIBUTE} <= :now`;

/**
 * The tenant's execution (strongly consistent). An id does not contain the tenant: another tenant's execution counts as
 * unknown. Null also for an id of another form.
 * @throws UnreadableRowError, UnavailableError
 */
export const getExecution = async (
  { table, tenant, signal }: Place,
  executionId: string,
  nowMs: number,
): Promise<Execution | null> => {
  if (readExecutionId(executionId) === null) return null;
  const row = await getItem({ table, signal }, executionKey(executionId));
  return row === null ? null : ownAndAlive(row, tenant, nowMs);
};

/** Null for another tenant's execution, or an expired one. */
export const ownAndAlive = (row: Item, tenant: string, nowMs: number): Execution | null => {
  if (isExpired(row, nowMs)) return null;
  const execution = readExecution(row);
  return execution.tenant_id === tenant ? execution : null;
};

/** All executions of an event (strongly consistent). @throws UnreadableRowError, UnavailableError */
export const executionsOfEvent = async (
  { table, tenant, signal }: Place,
  eventId: string,
  nowMs: number,
): Promise<Execution[]> => {
  const rows = await rowsOf({ table, signal }, executionsPartition(eventId), EXECUTION_SORT);
  return rows.flatMap((row) => ownAndAlive(row, tenant, nowMs) ?? []);
};

/**
 * The attempts of an execution that are kept, oldest first (strongly consistent).
 * @throws UnreadableRowError, UnavailableError
 */
export const attemptsOf = async (
  place: TableCall,
  executionId: string,
  nowMs: number,
): Promise<Attempt[]> => {
  const rows = await rowsOf(place, executionKey(executionId).pk, attemptSortPrefix(executionId));
  return rows.filter((row) => !isExpired(row, nowMs)).map(readAttempt);
};

const PAGE = 100;

/** Rows of one partition whose sort keys have this prefix. */
const rowsOf = async (place: TableCall, partition: string, begin: string): Promise<Item[]> => {
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :begin)',
    ExpressionAttributeValues: { ':pk': partition, ':begin': begin },
    ConsistentRead: true,
  };
  const found: Item[] = [];
  for await (const page of queryPages(() => place, query, ['pk', 'sk'], PAGE)) found.push(...page);
  return found;
};
