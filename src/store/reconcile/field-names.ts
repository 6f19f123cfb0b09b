import * as z from 'zod/mini';
import { chunks } from '../../platform/chunks.ts';
import { compress, decompress } from '../../platform/codec.ts';
import { readChecked, readJson } from '../calls/checked-row.ts';
import { reconcileKey } from '../calls/keys.ts';
import { putRows, queryPages } from '../calls/rows.ts';
import type { Item, Place, Walk } from '../calls/table.ts';

const text = z.nullable(z.string());

const field = z.object({ id: z.string(), name: z.string(), type: text, items: text, custom: text });

/** Name and type of a field in Jira. */
type FieldName = z.output<typeof field>;

/** A site may have more fields than an item holds. */
const MOST_OF_A_ROW = 1_000;

const SORT = 'FIELDS#';

/** @returns how many rows hold them */
export const putFieldNames = async (
  { table, tenant, signal }: Place,
  fields: readonly FieldName[],
): Promise<number> => {
  const rows = chunks(fields, MOST_OF_A_ROW).map((some, index) => ({
    ...reconcileKey(tenant, `${SORT}${String(index).padStart(4, '0')}`),
    body: compress(JSON.stringify(some)),
  }));
  await putRows({ table, signal }, rows);
  return rows.length;
};

const PAGE = 10;

/** Empty until they are stored. @throws UnreadableRowError for a row we did not write */
export const readFieldNames = async ({ table, tenant, newSignal }: Walk): Promise<FieldName[]> => {
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sort)',
    ExpressionAttributeValues: { ':pk': reconcileKey(tenant, '').pk, ':sort': SORT },
  };
  const fields: FieldName[] = [];
  for await (const items of queryPages(() => ({ table, signal: newSignal() }), query, ['pk', 'sk'], PAGE))
    fields.push(...items.flatMap(decode));
  return fields;
};

const row = z.object({ body: z.instanceof(Uint8Array) });

const decode = (item: Item): FieldName[] => {
  const { body } = readChecked(row, item);
  return readJson(z.array(field), item, () => decompress(body).toString());
};
