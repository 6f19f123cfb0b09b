import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Outcome } from '../../domain/delivery.ts';
import { HOUR_MS, toPhoenixDay } from '../../domain/instant.ts';
import { firstRunIdAt, runIdTime } from '../../platform/run-id.ts';
import { dayPartitions } from '../calls/keys.ts';
import { callTable, type Item, type Place, type TableCall } from '../calls/table.ts';

type OutcomeCounts = Record<Outcome, number>;

/** What was received within one whole hour, which begins at `from_ms`. */
export type HourBucket = { from_ms: number; outcomes: OutcomeCounts };

type Counts = {
  outcomes: OutcomeCounts;
  event_types: Record<string, number>;
  /** One for each hour that the requested time touches, oldest first; together they add up to `outcomes`. */
  buckets: HourBucket[];
  /** False when there are more events than were counted, or more types than are named. */
  complete: boolean;
};

const MOST_COUNTED = 10_000;

/** Senders choose the names, up to 200 characters each: those of 10,000 events would not fit into an answer. */
const MOST_TYPES = 1_000;

/** Counts the deliveries received in the last `hours`, from the newest day back. `most`: only tests give another. */
export const countEvents = async (
  { table, tenant, signal }: Place,
  nowMs: number,
  hours: number,
  most = MOST_COUNTED,
): Promise<Counts> => {
  const partitionsOf = (day: string) => dayPartitions(tenant, day, 'deliveries');
  const entries = await entriesBack({ table, signal }, partitionsOf, { now_ms: nowMs, hours, most });
  const counted = entries.slice(0, most);
  const types = countBy(counted, 'event_type');
  return {
    outcomes: countOutcomes(counted),
    event_types: mostFrequent(types),
    buckets: byHour(counted, nowMs, hours),
    complete: entries.length <= most && types.size <= MOST_TYPES,
  };
};

/**
 * Index entries of the last hours, from the newest day back, until there are more than `most`.
 * @param partitionsOf the partitions of `by_day` for a Phoenix day
 */
export const entriesBack = async (
  place: TableCall,
  partitionsOf: (day: string) => string[],
  { now_ms, hours, most }: { now_ms: number; hours: number; most: number },
): Promise<Item[]> => {
  const since = firstRunIdAt(now_ms - hours * HOUR_MS);
  const entries: Item[] = [];
  for (const day of daysBack(now_ms, hours)) {
    if (entries.length > most) break;
    entries.push(...(await entriesOfDay(place, partitionsOf(day), since, most - entries.length)));
  }
  return entries;
};

/** The Phoenix days that touch the last `hours`, newest first. */
const daysBack = (nowMs: number, hours: number): string[] => {
  const days = new Set<string>();
  for (let hour = 0; hour <= hours; hour += 1) days.add(toPhoenixDay(nowMs - hour * HOUR_MS));
  return [...days];
};

const countOutcomes = (items: Item[]): OutcomeCounts => {
  const counts = countBy(items, 'outcome');
  const count = (outcome: Outcome): number => counts.get(outcome) ?? 0;
  return {
    applied: count('applied'),
    stale: count('stale'),
    recorded: count('recorded'),
    quarantined: count('quarantined'),
  };
};

/** Entries that another process's clock put ahead of now count in the last hour. */
const byHour = (items: Item[], nowMs: number, hours: number): HourBucket[] => {
  const last = hourOf(nowMs);
  const groups = Map.groupBy(items, ({ run_id }) => Math.min(last, hourOf(runIdTime(String(run_id)))));
  const buckets: HourBucket[] = [];
  for (let from_ms = hourOf(nowMs - hours * HOUR_MS); from_ms <= last; from_ms += HOUR_MS)
    buckets.push({ from_ms, outcomes: countOutcomes(groups.get(from_ms) ?? []) });
  return buckets;
};

const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS;

/** How many items have each text in an attribute. */
export const countBy = (items: Item[], attribute: string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) {
    const value = item[attribute];
    if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
};

const mostFrequent = (counts: Map<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a).slice(0, MOST_TYPES));

/** One partition of a day, and where its next page begins; `next` is null at its end. */
type Cursor = { partition: string; next: Item | undefined | null };

/** Entries of a day back to `since`, a page of every partition at a time until there are more than `most`. */
const entriesOfDay = async (
  place: TableCall,
  partitions: string[],
  since: string,
  most: number,
): Promise<Item[]> => {
  const entries: Item[] = [];
  let cursors: Cursor[] = partitions.map((partition) => ({ partition, next: undefined }));
  while (cursors.length > 0 && entries.length <= most) {
    const pages = await Promise.all(cursors.map((cursor) => readNext(place, cursor, since)));
    for (const page of pages) entries.push(...page);
    cursors = cursors.filter((cursor) => cursor.next !== null);
  }
  return entries;
};

const PAGE = 1_500;

const readNext = async ({ table, signal }: TableCall, cursor: Cursor, since: string): Promise<Item[]> => {
  const query = new QueryCommand({
    TableName: table.name,
    IndexName: 'by_day',
    KeyConditionExpression: 'day_pk = :day AND run_id >= :since',
    ExpressionAttributeValues: { ':day': cursor.partition, ':since': since },
    ScanIndexForward: false,
    ExclusiveStartKey: cursor.next ?? undefined,
    Limit: PAGE,
  });
  const { Items = [], LastEvaluatedKey } = await callTable(signal, () => table.documentClient.send(query));
  cursor.next = LastEvaluatedKey ?? null;
  return Items;
};
