import type { Subject } from '../../domain/subject.ts';
import { updateIf } from '../calls/conditional-write.ts';
import { askedKey, askedPartition } from '../calls/keys.ts';
import { queryPages } from '../calls/rows.ts';
import type { Item, Place, Walk } from '../calls/table.ts';

/** A version, project or sprint whose issues are to be read again. Epoch milliseconds of our clock. */
export type Asked = {
  subject: Subject;
  /** When the last of what asked for it was received. */
  asked_ms: number;
  /** Not to be read before. */
  due_ms: number;
};

/** Jira's index may not show yet what a webhook has just said (milliseconds). */
const INDEX_MS = 60_000;

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

const KINDS = ['version', 'project', 'sprint'] as const;

/** Null for what newer code has asked for: it is left to that. */
const decode = (row: Item): Asked | null => {
  const subject = subjectOf(row);
  return subject && { subject, asked_ms: Number(row.asked_ms), due_ms: Number(row.due_ms) };
};

const subjectOf = (row: Item): Subject | null => {
  if (typeof row.version_name === 'string') return { kind: 'version_name', name: row.version_name };
  const [name = '', id = ''] = String(row.sk).split('#');
  const kind = KINDS.find((known) => known === name);
  return kind === undefined ? null : { kind, id };
};
