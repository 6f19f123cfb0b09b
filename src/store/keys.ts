import { DAY_SHARDS } from '../contract/table.ts';
import { toPhoenixDay } from '../domain/instant.ts';
import { lookupKey } from '../domain/issue-key.ts';
import type { Key } from './table-client.ts';

/** The row of one issue: its fields, version and deletion mark. */
export const snapshotKey = (tenant: string, issueId: string): Key => ({
  pk: `I#${tenant}#${issueId}`,
  sk: 'S',
});

/** The row of one event. Its processing status will lie beside it, under another `sk`. */
export const eventKey = (eventId: string): Key => ({ pk: `E#${eventId}`, sk: 'E' });

/** All issues known to have had a key share this partition. */
export const aliasPartition = (tenant: string, key: string): string => `K#${tenant}#${lookupKey(key)}`;

export const aliasKey = (tenant: string, key: string, issueId: string): Key => ({
  pk: aliasPartition(tenant, key),
  sk: `I#${issueId}`,
});

/** Partition of `by_issue`. */
export const issuePartition = (tenant: string, issueId: string): string => `${tenant}#${issueId}`;

/** Partition of `by_project`. */
export const projectPartition = (tenant: string, project: string): string =>
  `${tenant}#${lookupKey(project)}`;

/** Sort key of `by_project`: ids in numeric order. */
export const projectSort = (issueId: string): string => issueId.padStart(20, '0');

/** The partitions of `by_day` for one Phoenix day. */
export const dayPartitions = (tenant: string, day: string): string[] =>
  Array.from({ length: DAY_SHARDS }, (_, shard) => `${tenant}#${day}#${shard}`);

/** The partition of `by_day` an event lies in; spread by its id, which is a hash. */
export const dayPartition = (tenant: string, eventId: string, receivedMs: number): string =>
  `${tenant}#${toPhoenixDay(receivedMs)}#${Number.parseInt(eventId.slice(-4), 16) % DAY_SHARDS}`;
