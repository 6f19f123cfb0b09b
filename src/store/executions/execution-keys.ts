import { DAY_SHARDS } from '../../contract/table.ts';
import { toPhoenixDay } from '../../domain/instant.ts';
import { lookupKey } from '../../domain/issue-key.ts';
import type { Priority } from '../../domain/subscription.ts';
import { partOf } from '../calls/keys.ts';
import type { Key } from '../calls/table.ts';

/** All executions of an event share a partition, and their attempts are in it too. */
export const executionsPartition = (eventId: string): string => `X#${eventId.slice('evt_'.length)}`;

/** Sort keys under which the executions of an event are found. */
export const EXECUTION_SORT = 'X#';

/** The row of one execution. @param executionId of the long form */
export const executionKey = (executionId: string): Key => ({
  pk: `X#${eventDigits(executionId)}`,
  sk: `${EXECUTION_SORT}${placeInEvent(executionId)}`,
});

/** Attempts of one execution, in their order. @param attempt from 1 */
export const attemptKey = (executionId: string, attempt: number): Key => ({
  pk: `X#${eventDigits(executionId)}`,
  sk: `${attemptSortPrefix(executionId)}${String(attempt).padStart(6, '0')}`,
});

/** Sort keys under which the attempts of all executions of an event are found. */
export const ATTEMPT_SORT = 'A#';

/** Sort keys under which the attempts of one execution are found. */
export const attemptSortPrefix = (executionId: string): string =>
  `${ATTEMPT_SORT}${placeInEvent(executionId)}#`;

/** `exe_`, 40 digits, `_`, and the subscription with the number of a repetition. */
const eventDigits = (executionId: string): string => executionId.slice(4, 44);
const placeInEvent = (executionId: string): string => executionId.slice(45);

/** Partition of the worklist of what a subscription is to send, by due time. */
export const duePartition = (tenant: string, subscriptionId: string, priority: Priority): string =>
  `${tenant}#due#${subscriptionId}#${priority}`;

/** Partition of `by_issue` of an issue's executions: no issue has such an id. */
export const issueExecutionsPartition = (tenant: string, issueId: string): string => `${tenant}#X#${issueId}`;

/** The same for executions of events that name a key and no id. */
export const namedKeyExecutionsPartition = (tenant: string, key: string): string =>
  `${tenant}#XK#${lookupKey(key)}`;

/** The partitions of `by_day` for a Phoenix day's executions. */
export const executionDayPartitions = (tenant: string, day: string): string[] =>
  Array.from({ length: DAY_SHARDS }, (_, shard) => executionDayShard(tenant, day, shard));

/** The one of them that holds an execution: spread by its event's id. */
export const executionDayPartition = (placed: {
  tenant_id: string;
  event_id: string;
  created_ms: number;
}): string => {
  const { tenant_id, event_id, created_ms } = placed;
  return executionDayShard(tenant_id, toPhoenixDay(created_ms), partOf(event_id, DAY_SHARDS));
};

const executionDayShard = (tenant: string, day: string, shard: number): string =>
  `${tenant}#executions#${day}#${shard}`;

/** How far the search for events without executions has come. */
export const publishMarkKey = (tenant: string): Key => ({ pk: `PUBLISH#${tenant}`, sk: 'W' });

/** Who sends for a subscription now. */
export const laneKey = (subscriptionId: string): Key => ({ pk: `LANE#${subscriptionId}`, sk: 'L' });
