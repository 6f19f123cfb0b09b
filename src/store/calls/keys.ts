import { DAY_SHARDS, WORK_SHARDS } from '../../contract/table.ts';
import type { Subject } from '../../domain/delivery.ts';
import { sha256Hex } from '../../domain/event-id.ts';
import { toPhoenixDay } from '../../domain/instant.ts';
import { lookupKey } from '../../domain/issue-key.ts';
import type { Ref } from '../../domain/link.ts';
import { type EventSource, type Feed, feedOf } from '../../domain/source.ts';
import type { Key } from './table.ts';

/** The row of one issue: its fields, version and deletion mark. */
export const snapshotKey = (tenant: string, issueId: string): Key => ({
  pk: `I#${tenant}#${issueId}`,
  sk: 'S',
});

/** The derived row of one issue: what correlation knows of it. */
export const issueLinksKey = (tenant: string, issueId: string): Key => ({
  pk: `I#${tenant}#${issueId}`,
  sk: 'L',
});

/** The issue id in the partition key of any of an issue's rows. */
export const issueIdOfKey = (pk: string): string => pk.slice(pk.lastIndexOf('#') + 1);

/** All issues known to have had a key share this partition. */
export const aliasPartition = (tenant: string, key: string): string => `K#${tenant}#${lookupKey(key)}`;

/** Prefix of the sort keys of aliases; candidates share their partition. */
export const ALIAS_SORT = 'I#';

export const aliasKey = (tenant: string, key: string, issueId: string): Key => ({
  pk: aliasPartition(tenant, key),
  sk: `${ALIAS_SORT}${issueId}`,
});

/** The id of the issue that an alias's sort key leads to; null for any other sort key of its partition. */
export const issueOfAlias = (sk: string): string | null =>
  sk.startsWith(ALIAS_SORT) ? sk.slice(ALIAS_SORT.length) : null;

/** Issues that have, or had, a fix version of this name; hashed, because a name may contain anything. */
export const versionPartition = (tenant: string, version: string): string =>
  `V#${tenant}#${sha256Hex(version).slice(0, 40)}`;

/** Partition of `by_issue`. */
export const issuePartition = (tenant: string, issueId: string): string => `${tenant}#${issueId}`;

/** Partition of `by_issue` for events that named a key but no id; no issue has an id like this. */
export const namedKeyPartition = (tenant: string, key: string): string => `${tenant}#K#${lookupKey(key)}`;

/** Partition of `by_project`. */
export const projectPartition = (tenant: string, project: string): string =>
  `${tenant}#${lookupKey(project)}`;

/** Sort key of `by_project`: ids in numeric order. */
export const projectSort = (issueId: string): string => issueId.padStart(20, '0');

/** The row of one event. */
export const eventKey = (eventId: string): Key => ({ pk: `E#${eventId}`, sk: 'E' });

/** The processing of an event, in a row beside it: the event itself never changes. */
export const processingKey = (eventId: string): Key => ({ pk: `E#${eventId}`, sk: 'P' });

/** The partitions of `by_day` for one feed of a Phoenix day. */
export const dayPartitions = (tenant: string, day: string, feed: Feed): string[] =>
  Array.from({ length: DAY_SHARDS }, (_, shard) => dayShard(tenant, day, feed, shard));

/** What is needed to find an event's place in a day. */
type Placed = { tenant: string; source: EventSource; event_id: string; received_ms: number };

/** The partition of `by_day` that holds an event; spread by its id. */
export const dayPartition = ({ tenant, source, event_id, received_ms }: Placed): string =>
  dayShard(tenant, toPhoenixDay(received_ms), feedOf(source), partOf(event_id, DAY_SHARDS));

const dayShard = (tenant: string, day: string, feed: Feed, shard: number): string =>
  `${tenant}#${feed === 'deliveries' ? '' : `${feed}#`}${day}#${shard}`;

/** Assigns an event to one of `parts` by its id, which is a hash. */
export const partOf = (eventId: string, parts: number): number =>
  Number.parseInt(eventId.slice(-4), 16) % parts;

const KIND_LETTERS = { commit: 'C', pull_request: 'P' } as const;

/** The row of one commit or pull request: what is known of it and which issues it belongs to. */
export const refKey = (tenant: string, { kind, repository, id }: Ref): Key => ({
  pk: `${KIND_LETTERS[kind]}#${tenant}#${repository}#${id}`,
  sk: 'L',
});

/** Prefix of the sort keys of candidates, which share the partition of a key with its aliases. */
export const candidateSortPrefix = (kind: Ref['kind']): string => `${KIND_LETTERS[kind]}#`;

/** A candidate: a commit or pull request names a key, whether or not an issue has it. */
export const candidateKey = (tenant: string, key: string, { kind, repository, id }: Ref): Key => ({
  pk: aliasPartition(tenant, key),
  sk: `${candidateSortPrefix(kind)}${repository}#${id}`,
});

const KINDS = ['commit', 'pull_request'] as const;

/** The reference in a candidate's sort key; null for an alias. A repository has no `#`, an id may have one. */
export const refOfCandidate = (sk: string): Ref | null => {
  const kind = KINDS.find((one) => sk.startsWith(candidateSortPrefix(one)));
  if (kind === undefined) return null;
  const name = sk.slice(candidateSortPrefix(kind).length);
  const end = name.indexOf('#');
  return { kind, repository: name.slice(0, end), id: name.slice(end + 1) };
};

/** What is known of a repository's name. `name`: a repository key. */
export const repositoryRowKey = (tenant: string, name: string): Key => ({
  pk: `R#${tenant}#${name}`,
  sk: 'R',
});

/** Gap listings: stories by project, commits by repository. */
export type GapKind = 'story' | 'commit';

/** All groups of a kind that ever had a gap share this partition. */
export const gapGroupsPartition = (tenant: string, kind: GapKind): string => `G#${tenant}#${kind}`;

/** What the worklist holds; parked events have no group. */
type WorkKind = GapKind | 'parked';

/** Partition of the worklist; `group` is the project or the repository, or a number where a kind has no group. */
export const workPartition = (tenant: string, kind: WorkKind, group: string | number): string =>
  `${tenant}#${kind}#${group}`;

/** All partitions of a kind without a group. */
export const spreadPartitions = (tenant: string, kind: WorkKind): string[] =>
  Array.from({ length: WORK_SHARDS }, (_, part) => workPartition(tenant, kind, part));

/** The one of the `spreadPartitions` that holds an event. */
export const spreadPartition = (tenant: string, kind: WorkKind, eventId: string): string =>
  workPartition(tenant, kind, partOf(eventId, WORK_SHARDS));

/** Epoch milliseconds as text that sorts by time. */
export const timeSort = (ms: number): string => String(ms).padStart(15, '0');

/** A row of a tenant's reconciliation, such as the lease or the checkpoint of a loop. */
export const reconcileKey = (tenant: string, name: string): Key => ({ pk: `RECONCILE#${tenant}`, sk: name });

/** All versions, projects and sprints whose issues are to be read again share this partition: they are few. */
export const askedPartition = (tenant: string): string => `ASKED#${tenant}`;

/** Names a deleted version by a hash, because its name may contain anything; others by ids, which are digits. */
export const askedKey = (tenant: string, subject: Subject): Key => ({
  pk: askedPartition(tenant),
  sk: `${subject.kind}#${subject.kind === 'version_name' ? sha256Hex(subject.name).slice(0, 40) : subject.id}`,
});

/** Says that Jira was asked for a key that no issue here had. */
export const oldKeyKey = (tenant: string, key: string): Key => ({
  pk: `OLD#${tenant}#${lookupKey(key)}`,
  sk: 'K',
});

/** The row of one connection. The key has no tenant: a delivery names only the connection's id. */
export const connectionKey = (connectionId: string): Key => ({ pk: `CON#${connectionId}`, sk: 'C' });

/** Partition of the worklist that lists a tenant's connections. */
export const connectionsPartition = (tenant: string): string => `${tenant}#connection#0`;

/** Counts the deliveries of a connection in one minute. `minute`: since the epoch. */
export const rateKey = (connectionId: string, minute: number): Key => ({
  pk: `RATE#${connectionId}`,
  sk: String(minute),
});

/** The row of one subscription: its settings, and the state of its target. */
export const subscriptionKey = (subscriptionId: string): Key => ({ pk: `SUB#${subscriptionId}`, sk: 'S' });

/** Partition of the worklist that lists a tenant's subscriptions. */
export const subscriptionsPartition = (tenant: string): string => `${tenant}#subscription#0`;

/** What people were told of a target's state. */
export const noticeKey = (subscriptionId: string): Key => ({ pk: `LANE#${subscriptionId}`, sk: 'N' });

/** When the next message about any target may be sent. */
export const NOTICE_TURN_KEY: Key = { pk: 'LANE#telling', sk: 'N' };

/** All tenants share this partition: they are few, and scheduled work goes through them. */
export const TENANTS_PARTITION = 'TENANTS';

export const tenantKey = (tenant: string): Key => ({ pk: TENANTS_PARTITION, sk: tenant });
