import { DAY_SHARDS } from '../../contract/table.ts';
import { toPhoenixDay } from '../../domain/instant.ts';
import { lookupKey } from '../../domain/issue-key.ts';
import type { Priority } from '../../domain/subscription.ts';
import { partOf } from '../calls/keys.ts';
import type { Key } from '../calls/table.ts';

/** All executions of an event share a partition, and their attempts are in it too. */
export const executionsPartition = (eventId: string): string => `X#${eventId.slice('evt_'.length)}`;

/** Prefix of the sort keys of an event's executions. */
export const EXECUTION_SORT = 'X#';

/** The row of one execution. @param executionId of the long form */
export const executionKey = (executionId: string): Key => ({
  pk: `X#${eventDigits(executionId)}`,
  sk: `${EXECUTION_SORT}${placeInEvent(executionId)}`,
});

/** The row of one attempt; those of an execution sort in their order. @param attempt from 1 */
export const attemptKey = (executionId: string, attempt: number): Key => ({
  pk: `X#${eventDigits(executionId)}`,
  sk: `${attemptSortPrefix(executionId)}${String(attempt).padStart(6, '0')}`,
});

/** Prefix of the sort keys of all attempts of an event. */
export const ATTEMPT_SORT = 'A#';

/** Prefix of the sort keys of one execution's attempts. */
export const attemptSortPrefix = (executionId: string): string =>
  `${ATTEMPT_SORT}${placeInEvent(executionId)}#`;

/** `exe_`, 40 digits, `_`, and the subscription with the number of a repetition. */
const eventDigits = (executionId: string): string => executionId.slice(4, 44);
const placeInEvent = (executionId: string): string => executionId.slice(45);

/** Partition of the worklist for what a subscription has to send, by due time. */
export const duePartition = (tenant: string, subscriptionId: string, priority: Priority): string =>
  `${tenant}#due#${subscriptionId}#${priority}`;

/** Partition of `by_issue` for an issue's executions; as no issue has such an id, it holds nothing else. */
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

/** The row of a subscription's lane. */
export const laneKey = (subscriptionId: string): Key => ({ pk: `LANE#${subscriptionId}`, sk: 'L' });
