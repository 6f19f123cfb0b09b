import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../../src/contract/table.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { itemBytes } from '../../support/item-size.ts';
import { readDeliveries } from '../shared/deliveries.ts';
import { startMeteredInstance } from '../shared/local-instance.ts';
import { judge, printTable, type Section } from '../shared/section.ts';
import { sum } from '../shared/stats.ts';
import { kindOf, partitionKeyOf, type Tally, tally } from './tally.ts';

/** Write units of one average delivery, indexes and aliases included. */
const MOST_UNITS = 7;

const INDEX_NAMES = TABLE.indexes.map(({ name }) => name);

const averageSize = (sizes: number[] | undefined): string =>
  sizes ? (sum(sizes) / sizes.length).toFixed(0) : '';

const row = (one: Tally, deliveries: number, sizes: ReadonlyMap<string, number[]>): string[] => [
  one.kind,
  String(one.writes),
  String(one.refused),
  String(one.table),
  ...INDEX_NAMES.map((name) => String(one.indexes.get(name) ?? 0)),
  String(one.total),
  (one.total / deliveries).toFixed(2),
  averageSize(sizes.get(one.kind)),
];

/**
 * Sends every file of the folder once, in file-name order, into an empty table and counts the write units as
 * DynamoDB bills them. A refused condition counts as the stored item's size.
 */
export const writeUnits: Section = async ({ folder }, owned) => {
  const deliveries = readDeliveries(folder);
  const { endpoint, tableName, proxy, deliver } = await startMeteredInstance(owned);
  for (const { bytes } of deliveries) await deliver(bytes);
  const sizes = await storedSizes(endpoint, tableName);
  const tallies = tally(proxy.writes);
  printTable(
    `\n1. Write units: ${deliveries.length} deliveries of ${folder}, once each, into an empty table`,
    ['item', 'writes', 'refused', 'table', ...INDEX_NAMES, 'units', 'per delivery', 'bytes stored'],
    tallies.map((one) => row(one, deliveries.length, sizes)),
  );
  const total = tallies.at(-1)?.total ?? Number.NaN;
  return [judge('write units per delivery', total / deliveries.length, '<=', MOST_UNITS)];
};

/** Bytes of every stored item, by kind. */
const storedSizes = async (endpoint: string, tableName: string): Promise<Map<string, number[]>> => {
  const client = new DynamoDBClient(embeddedConfig(endpoint));
  const sizes = new Map<string, number[]>();
  try {
    for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName }))
      for (const item of Items) {
        const kind = kindOf(partitionKeyOf(item));
        sizes.set(kind, [...(sizes.get(kind) ?? []), itemBytes(item)]);
      }
    return sizes;
  } finally {
    client.destroy();
  }
};
