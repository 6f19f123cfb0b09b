import pMap from 'p-map';
import { eventKey, issuePartition, namedKeyPartition } from '../calls/keys.ts';
import { type Page, queryPage } from '../calls/rows.ts';
import type { Item, Place } from '../calls/table.ts';
import { eventIdOf } from './event-row.ts';

/** An event's place among those of an issue. */
export type EventPlace = { event_id: string; occurred_ms: number };

/** Whose events: those of the issue's id, and those that named one of its keys and no id. */
export type IssueNames = { issue_id: string | null; keys: readonly string[] };

/** Where a listing goes on in either list; null at its begin. */
export type After = { by_id: EventPlace | null; by_key: EventPlace | null };

/** An index entry, and which of both lists it is of. */
export type IssueEntry = EventPlace & { list: keyof After; entry: Item };

/** Where each list goes on behind these entries, which came behind `after`. */
export const behindEntries = (entries: readonly IssueEntry[], after: After): After => ({
  by_id: entries.findLast(({ list }) => list === 'by_id') ?? after.by_id,
  by_key: entries.findLast(({ list }) => list === 'by_key') ?? after.by_key,
});

/**
 * Index entries of one page of an issue's events, newest `occurred_at` first.
 * @returns `more`: whether others follow
 */
export const listIssueEvents = async (
  place: Place,
  { issue_id, keys }: IssueNames,
  page: { limit: number; after: After },
): Promise<{ entries: IssueEntry[]; more: boolean }> => {
  const { limit, after } = page;
  const partitions = new Set(keys.map((key) => namedKeyPartition(place.tenant, key)));
  const [byId, byKeys] = await Promise.all([
    issue_id === null ? NOTHING : ofId(place, issue_id, limit, after.by_id),
    pMap(partitions, (partition) => ofKey(place, partition, limit, after.by_key), {
      concurrency: KEYS_AT_A_TIME,
    }),
  ]);
  const lists = [byId, ...byKeys];
  const all = lists.flatMap(({ entries }) => entries).sort(newestFirst);
  return {
    entries: all.slice(0, limit),
    more: all.length > limit || lists.some(({ more }) => more),
  };
};

/** An issue that is moved again and again has many keys, and each is a call. */
const KEYS_AT_A_TIME = 8;

type Found = { entries: IssueEntry[]; more: boolean };

const NOTHING: Found = { entries: [], more: false };

/** Within a list in its own order, by which it goes on. */
const newestFirst = (a: IssueEntry, b: IssueEntry): number => {
  if (a.occurred_ms !== b.occurred_ms) return b.occurred_ms - a.occurred_ms;
  if (a.list !== b.list) return a.list === 'by_id' ? -1 : 1;
  return a.list === 'by_id' || a.event_id === b.event_id ? 0 : a.event_id < b.event_id ? 1 : -1;
};

const toEntry =
  (list: keyof After) =>
  (entry: Item): IssueEntry => ({
    list,
    entry,
    event_id: eventIdOf(entry),
    occurred_ms: Number(entry.occurred_ms),
  });

const KEY_NAMES = ['pk', 'sk', 'issue_pk', 'occurred_ms'];

const ofId = async (
  { table, tenant, signal }: Place,
  issueId: string,
  limit: number,
  after: EventPlace | null,
): Promise<Found> => {
  const partition = issuePartition(tenant, issueId);
  const query = {
    IndexName: 'by_issue',
    KeyConditionExpression: 'issue_pk = :issue',
    ExpressionAttributeValues: { ':issue': partition },
    ScanIndexForward: false,
  };
  const start = after && { ...eventKey(after.event_id), issue_pk: partition, occurred_ms: after.occurred_ms };
  const { items, last } = await queryPage({ table, signal }, query, KEY_NAMES, limit, start);
  return { entries: items.map(toEntry('by_id')), more: last !== null };
};

/** Entries of a call that goes on within a millisecond: page by page of one, a thousand events would be a thousand calls. */
const MANY = 500;

/**
 * Several keys' lists go on at one place: the index orders events of the same millisecond as it likes, so all of them are
 * read again and put in order here.
 */
const ofKey = async (
  { table, signal }: Place,
  partition: string,
  limit: number,
  after: EventPlace | null,
): Promise<Found> => {
  const query = {
    IndexName: 'by_issue',
    KeyConditionExpression: `issue_pk = :key${after ? ' AND occurred_ms <= :ms' : ''}`,
    ExpressionAttributeValues: { ':key': partition, ...(after ? { ':ms': after.occurred_ms } : {}) },
    ScanIndexForward: false,
  };
  const found: IssueEntry[] = [];
  let page: Page = { items: [], last: null };
  do {
    const most = page.last === null ? limit : Math.max(limit, MANY);
    page = await queryPage({ table, signal }, query, KEY_NAMES, most, page.last);
    found.push(...page.items.map(toEntry('by_key')).filter((one) => isBehind(one, after)));
  } while (page.last !== null && !isSettled(found, limit));
  return { entries: found, more: page.last !== null };
};

const isBehind = ({ event_id, occurred_ms }: IssueEntry, after: EventPlace | null): boolean =>
  after === null ||
  occurred_ms < after.occurred_ms ||
  (occurred_ms === after.occurred_ms && event_id < after.event_id);

/** Enough for a page, and nothing that follows is of the same millisecond as its last. */
const isSettled = (found: IssueEntry[], limit: number): boolean => {
  const last = found[limit - 1];
  const read = found.at(-1);
  return last !== undefined && read !== undefined && read.occurred_ms < last.occurred_ms;
};
