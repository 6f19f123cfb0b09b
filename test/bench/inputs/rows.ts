import { paginateScan } from '@aws-sdk/client-dynamodb';
import { itemBytes } from '../../support/item-size.ts';
import { printTable } from '../shared/section.ts';
import { sum } from '../shared/stats.ts';
import { partitionKeyOf } from '../write-units/tally.ts';
import type { InputsWorld } from './inputs-world.ts';

type Row = { pk: string; sk: string; bytes: number };

const sortKeyOf = ({ sk }: Record<string, unknown>): string => partitionKeyOf({ pk: sk });

const scan = async ({ table }: InputsWorld, index?: string): Promise<Row[]> => {
  const rows: Row[] = [];
  const input = { TableName: table.name, ...(index === undefined ? {} : { IndexName: index }) };
  for await (const { Items = [] } of paginateScan({ client: table.client }, input))
    for (const item of Items)
      rows.push({ pk: partitionKeyOf(item), sk: sortKeyOf(item), bytes: itemBytes(item) });
  return rows;
};

const INDEXES = ['by_issue', 'by_day', 'by_project', 'worklist'] as const;

/** What stays of an issue or a commit when its events are gone, by its own partitions and those of its keys. */
const isOf = (kind: 'I' | 'C', { pk, sk }: Row): boolean =>
  pk.startsWith(`${kind}#`) || (pk.startsWith('K#') && sk.startsWith(`${kind}#`));

const mean = (rows: Row[]): string => (sum(rows.map(({ bytes }) => bytes)) / rows.length).toFixed(0);

const perHead = (rows: Row[], kind: 'I' | 'C', head: string): string[] => {
  const ofKind = rows.filter((row) => isOf(kind, row));
  const heads = ofKind.filter(({ pk, sk }) => pk.startsWith(`${kind}#`) && sk === head).length;
  return [(ofKind.length / heads).toFixed(2), (sum(ofKind.map(({ bytes }) => bytes)) / heads).toFixed(0)];
};

/** Bytes of what is stored, without the 100 that DynamoDB adds to each row and each entry of an index. */
export const rowBytes = async (world: InputsWorld): Promise<void> => {
  const rows = await scan(world);
  const table: string[][] = [
    ['status of an event', '1', mean(rows.filter(({ pk, sk }) => pk.startsWith('E#') && sk === 'P'))],
    ['an issue: fields, links, alias', ...perHead(rows, 'I', 'S')],
    ['a commit: row, candidates', ...perHead(rows, 'C', 'L')],
  ];
  for (const index of INDEXES) table.push([`entry of ${index}`, '1', mean(await scan(world, index))]);
  printTable('\n   Rows and entries, and their bytes', ['what', 'rows', 'bytes'], table);
};
