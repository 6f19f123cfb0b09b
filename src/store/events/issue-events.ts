import pMap from 'p-map';
import { eventKey, issuePartition, namedKeyPartition } from '../calls/keys.ts';
import { type Page, queryPage } from '../calls/rows.ts';
import type { Item, Key, Place } from '../calls/table.ts';
import { eventIdOf } from './event-row.ts';

/** The position of an event, or an execution, in the list of an issue. */
export type ListPlace = { id: string; occurred_ms: number };

/** Which rows are an issue's: those of its id, and those that named one of its keys and no id. */
export type IssueNames = { issue_id: string | null; keys: readonly string[] };

/** The position after which each list continues; null: from its beginning. */
export type After = { by_id: ListPlace | null; by_key: ListPlace | null };

/** An index entry, and which of the two lists it is from. */
export type IssueEntry = ListPlace & { list: keyof After; entry: Item };

/** The position after which each list continues once these entries, which followed `after`, are shown. */
export const behindEntries = (entries: readonly IssueEntry[], after: After): After => ({
  by_id: entries.findLast(({ list }) => list === 'by_id') ?? after.by_id,
  by_key: entries.findLast(({ list }) => list === 'by_key') ?? after.by_key,
});

/** A kind of row that `by_issue` lists: its partitions, keys and ids. */
export type IssueRows = {
  ofId: (tenant: string, issueId: string) => string;
  ofKey: (tenant: string, key: string) => string;
  keyOf: (id: string) => Key;
  idOf: (entry: Item) => string;
};

const EVENTS: IssueRows = {
  ofId: issuePartition,
  ofKey: namedKeyPartition,
  keyOf: eventKey,
  idOf: eventIdOf,
};

/** One page of an issue's rows. `more`: whether others follow. */
type IssuePage = { entries: IssueEntry[]; more: boolean };

/** Index entries of one page of an issue's events, newest `occurred_at` first. */
export const listIssueEvents = (
  place: Place,
  names: IssueNames,
  page: { limit: number; after: After },
): Promise<IssuePage> => listOfIssue(place, EVENTS, names, page);

/** The same for any kind of row that `by_issue` lists. */
export const listOfIssue = async (
  place: Place,
  rows: IssueRows,
  { issue_id, keys }: IssueNames,
  { limit, after }: { limit: number; after: After },
): Promise<IssuePage> => {
  const partitions = new Set(keys.map((key) => rows.ofKey(place.tenant, key)));
  const [byId, byKeys] = await Promise.all([
    issue_id === null ? NOTHING : ofId(place, rows, issue_id, limit, after.by_id),
    pMap(partitions, (partition) => ofKey(place, rows, partition, limit, after.by_key), {
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

/** Concurrent calls: an issue that was moved often has many keys, and each takes a call. */
const KEYS_AT_A_TIME = 8;

const NOTHING: IssuePage = { entries: [], more: false };

/** Newest first; within the same millisecond, each list in the order by which it continues. */
const newestFirst = (a: IssueEntry, b: IssueEntry): number => {
  if (a.occurred_ms !== b.occurred_ms) return b.occurred_ms - a.occurred_ms;
  if (a.list !== b.list) return a.list === 'by_id' ? -1 : 1;
  return a.list === 'by_id' || a.id === b.id ? 0 : a.id < b.id ? 1 : -1;
};

const toEntry =
  (list: keyof After, { idOf }: IssueRows) =>
  (entry: Item): IssueEntry => ({
    list,
    entry,
    id: idOf(entry),
    occurred_ms: Number(entry.occurred_ms),
  });

const KEY_NAMES = ['pk', 'sk', 'issue_pk', 'occurred_ms'];

const ofId = async (
  { table, tenant, signal }: Place,
  rows: IssueRows,
  issueId: string,
  limit: number,
  after: ListPlace | null,
): Promise<IssuePage> => {
  const partition = rows.ofId(tenant, issueId);
  const query = {
    IndexName: 'by_issue',
    KeyConditionExpression: 'issue_pk = :issue',
    ExpressionAttributeValues: { ':issue': partition },
    ScanIndexForward: false,
  };
  const start = after && { ...rows.keyOf(after.id), issue_pk: partition, occurred_ms: after.occurred_ms };
  const { items, last } = await queryPage({ table, signal }, query, KEY_NAMES, limit, start);
  return { entries: items.map(toEntry('by_id', rows)), more: last !== null };
};

/** Entries of each further call: in pages of one, a thousand events of a millisecond would take a thousand calls. */
const MANY = 500;

/**
 * The lists of several keys continue after one position. The index does not define the order of events of the same
 * millisecond, so all of them are read again, for the caller to sort.
 */
const ofKey = async (
  { table, signal }: Place,
  rows: IssueRows,
  partition: string,
  limit: number,
  after: ListPlace | null,
): Promise<IssuePage> => {
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
    found.push(...page.items.map(toEntry('by_key', rows)).filter((one) => isBehind(one, after)));
  } while (page.last !== null && !isSettled(found, limit));
  return { entries: found, more: page.last !== null };
};

const isBehind = ({ id, occurred_ms }: IssueEntry, after: ListPlace | null): boolean =>
  after === null || occurred_ms < after.occurred_ms || (occurred_ms === after.occurred_ms && id < after.id);

/** True if there are enough for a page and no entry that follows is of the same millisecond as its last. */
const isSettled = (found: IssueEntry[], limit: number): boolean => {
  const last = found[limit - 1];
  const read = found.at(-1);
  return last !== undefined && read !== undefined && read.occurred_ms < last.occurred_ms;
};
