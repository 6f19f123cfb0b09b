import type { Subject } from '../../domain/delivery.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { deleteIf, updateIf } from '../calls/conditional-write.ts';
import { askedKey, askedPartition } from '../calls/keys.ts';
import { queryPages } from '../calls/rows.ts';
import { getItem, type Item, type Key, type Place, type Walk } from '../calls/table.ts';

/** A version, project or sprint whose issues must be read again, or one issue. Epoch milliseconds of our clock. */
export type Asked = {
  /** The row's sort key, unique within the tenant. */
  name: string;
  subject: Subject;
  /** When the last delivery that asked for it was received. */
  asked_ms: number;
  /** Must not be read before this. */
  due_ms: number;
};

/** Jira's index may lag behind a webhook by this much (milliseconds). */
const INDEX_MS = MINUTE_MS;

/** From when on a read shows what was asked for at that time. */
const readable = (askedMs: number): number => askedMs + INDEX_MS;

/**
 * Asks for the issues of a subject to be read again, a minute later. Idempotent and independent of the order: the row
 * holds the latest time at which it was asked for, and is due a minute after the first, so that even a subject that is
 * asked for all the time is read.
 */
export const putAsked = async (
  { table, tenant, signal }: Place,
  subject: Subject,
  atMs: number,
): Promise<void> => {
  const name = subject.kind === 'version_name' ? subject.name : null;
  const write = {
    key: askedKey(tenant, subject),
    update: 'SET asked_ms = :at, version_name = :name, due_ms = if_not_exists(due_ms, :due)',
    condition: 'attribute_not_exists(asked_ms) OR asked_ms < :at',
    values: { ':at': atMs, ':name': name, ':due': readable(atMs) },
  };
  await updateIf({ table, signal }, write);
};

const keyOf = (tenant: string, name: string): Key => ({ pk: askedPartition(tenant), sk: name });

/** Null if it is no longer asked for. */
export const readAsked = async ({ table, tenant, signal }: Place, name: string): Promise<Asked | null> => {
  const row = await getItem({ table, signal }, keyOf(tenant, name));
  return row && decode(row);
};

/**
 * Removes a row whose issues were read and stored. If it was asked for again meanwhile, or so shortly before the read
 * that the index may not have shown it, it stays and is read once more.
 * @param beganMs when the read began
 */
export const settleAsked = async (place: Place, asked: Asked, beganMs: number): Promise<void> => {
  if (readable(asked.asked_ms) > beganMs) return postponeAsked(place, asked, readable(asked.asked_ms));
  const { table, tenant, signal } = place;
  const key = keyOf(tenant, asked.name);
  const unchanged = { condition: 'asked_ms = :asked', values: { ':asked': asked.asked_ms } };
  const { written } = await deleteIf({ table, signal }, { key, ...unchanged });
  if (!written) await postponeAsked(place, asked, readable(beganMs));
};

/** Postpones the read; if it is asked for again meanwhile, the same read serves that too. */
export const postponeAsked = async (
  { table, tenant, signal }: Place,
  { name }: Asked,
  dueMs: number,
): Promise<void> => {
  const write = { update: 'SET due_ms = :due', condition: 'attribute_exists(pk)', values: { ':due': dueMs } };
  await updateIf({ table, signal }, { key: keyOf(tenant, name), ...write });
};

const PAGE = 500;

/** All that is asked for, page by page, including what is not due yet. */
export async function* listAsked({ table, tenant, newSignal }: Walk): AsyncGenerator<Asked[]> {
  const query = {
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': askedPartition(tenant) },
  };
  for await (const items of queryPages(() => ({ table, signal: newSignal() }), query, ['pk', 'sk'], PAGE))
    yield items.flatMap((item) => decode(item) ?? []);
}

const KINDS = ['version', 'project', 'sprint', 'issue'] as const;

/** Null for a kind of subject that only newer code knows: it is left to that code. */
const decode = (row: Item): Asked | null => {
  const subject = subjectOf(row);
  return (
    subject && { name: String(row.sk), subject, asked_ms: Number(row.asked_ms), due_ms: Number(row.due_ms) }
  );
};

const subjectOf = (row: Item): Subject | null => {
  if (typeof row.version_name === 'string') return { kind: 'version_name', name: row.version_name };
  const [name = '', id = ''] = String(row.sk).split('#');
  const kind = KINDS.find((known) => known === name);
  return kind === undefined ? null : { kind, id };
};
