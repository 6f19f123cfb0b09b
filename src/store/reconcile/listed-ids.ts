import * as z from 'zod/mini';
import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { compress, decompress } from '../../platform/codec.ts';
import { readChecked } from '../calls/checked-row.ts';
import { reconcileKey } from '../calls/keys.ts';
import { putRows, queryPages } from '../calls/rows.ts';
import type { Item, Place, Walk } from '../calls/table.ts';

/** One census of one project. */
type Listing = { loop: string; generation: number; project_id: string };

const partitionOf = (tenant: string, { loop, generation, project_id }: Listing): string =>
  `${reconcileKey(tenant, '').pk}#IDS#${loop}#${generation}#${project_id}`;

const DAYS_KEPT = 14;

/**
 * Stores ids that Jira listed until their project is compared.
 * @param part name of this part: the same name again replaces it
 */
export const putListed = async (
  { table, tenant, signal }: Place,
  listing: Listing,
  part: string,
  ids: readonly string[],
  nowMs: number,
): Promise<void> => {
  const expires = Math.ceil(nowMs / 1000) + DAYS_KEPT * 86_400;
  const row = { pk: partitionOf(tenant, listing), sk: part, ids: pack(ids), [TTL_ATTRIBUTE]: expires };
  await putRows({ table, signal }, [row]);
};

/** Ids in numeric order, each as its distance from the one before. */
const pack = (ids: readonly string[]): Uint8Array => {
  const sorted = toSorted(ids);
  const steps = sorted.map((id, index) => id - (sorted[index - 1] ?? 0n));
  return compress(steps.join(','));
};

const unpack = (packed: Uint8Array): bigint[] => {
  let id = 0n;
  return decompress(packed)
    .toString()
    .split(',')
    .map((step) => {
      id += BigInt(step);
      return id;
    });
};

/** As bigints: ids may exceed the safe integers. */
const toSorted = (ids: readonly string[]): bigint[] => ascending(ids.map((id) => BigInt(id)));

const ascending = (ids: bigint[]): bigint[] => ids.sort((a, b) => (a < b ? -1 : Number(a > b)));

const row = z.object({ ids: z.instanceof(Uint8Array) });

const PAGE = 20;

/** All ids of a listing in numeric order, each once. @throws UnreadableRowError for a row we did not write */
export const readListed = async ({ table, tenant, newSignal }: Walk, listing: Listing): Promise<bigint[]> => {
  const query = {
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': partitionOf(tenant, listing) },
  };
  const all: bigint[] = [];
  for await (const items of queryPages(() => ({ table, signal: newSignal() }), query, ['pk', 'sk'], PAGE))
    for (const item of items) for (const id of idsOf(item)) all.push(id);
  return ascending(all).filter((id, index) => id !== all[index - 1]);
};

const idsOf = (item: Item): bigint[] => unpack(readChecked(row, item).ids);
