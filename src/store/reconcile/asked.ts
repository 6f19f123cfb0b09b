import type { Subject } from '../../domain/delivery.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { deleteIf, updateIf } from '../calls/conditional-write.ts';
import { askedKey, askedPartition } from '../calls/keys.ts';
import { queryPages } from '../calls/rows.ts';
import { getItem, type Item, type Key, type Place, type Walk } from '../calls/table.ts';

/** A version, project or sprint whose issues are to be read again, or one issue. Epoch milliseconds of our clock. */
export type Asked = {
  /** Names the row among those of its tenant. */
  name: string;
  subject: Subject;
  /** When the last of what asked for it was received. */
  asked_ms: number;
  /** Not to be read before. */
  due_ms: number;
};

/** Jira's index may not show yet what a webhook has just said (milliseconds). */
const INDEX_MS = MINUTE_MS;

/** When a read begins to show what was asked for then. */
const readable = (askedMs: number): number => askedMs + INDEX_MS;

/**
 * Asks for the issues of a subject to be read again, a minute later. In any order, and once more, it comes to the same:
 * the row has the last time it was asked, and becomes due a minute after the first, so that what is asked for all the
 * time is read all the same.
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

/** Null when nobody asks for it any more. */
export const readAsked = async ({ table, tenant, signal }: Place, name: string): Promise<Asked | null> => {
  const row = await getItem({ table, signal }, keyOf(tenant, name));
  return row && decode(row);
};

/**
 * Its issues have been read, and what they are is stored: nobody asks for it any more. If it was asked for again
 * meanwhile, or so shortly before that the index may not have shown it, it is read once more.
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

/** Not to be read before then. Whoever asks for it meanwhile is heard then too. */
export const postponeAsked = async (
  { table, tenant, signal }: Place,
  { name }: Asked,
  dueMs: number,
): Promise<void> => {
  const write = { update: 'SET due_ms = :due', condition: 'attribute_exists(pk)', values: { ':due': dueMs } };
  await updateIf({ table, signal }, { key: keyOf(tenant, name), ...write });
};

const PAGE = 500;

/** All that is asked for, page by page, those not due yet too. */
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

/** Null for what newer code has asked for: it is left to that. */
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
