import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { compress, decompress } from '../../../src/platform/codec.ts';
import type { Item, Key } from '../../../src/store/calls/table.ts';
import { commitsBodyOfGroup, issuesOfGroup, marksOfGroup, SAMPLE_GROUP } from './groups.ts';
import { createIssue, deliverCommits } from './touches.ts';
import { startWorld, type World } from './world.ts';

type Row = Item & Key;

/** The rows of any group, as the code itself writes them. */
export type MakeRows = (group: number) => Row[];

const scan = async ({ table }: World): Promise<Row[]> => {
  const rows: Row[] = [];
  const pages = paginateScan(
    { client: table.documentClient },
    { TableName: table.name, ConsistentRead: true },
  );
  for await (const { Items = [] } of pages)
    rows.push(...Items.map((item) => ({ ...item, pk: String(item.pk), sk: String(item.sk) })));
  return rows;
};

/** Takes one group in and correlates it, with the real code. Events expire, so what is stored for long has none. */
const learnRows = async (owned: AsyncDisposableStack): Promise<Row[]> => {
  await using own = owned.use(new AsyncDisposableStack());
  const world = await startWorld(own);
  const deliveries = issuesOfGroup(SAMPLE_GROUP).map(createIssue);
  for (const deliver of [...deliveries, deliverCommits(commitsBodyOfGroup(SAMPLE_GROUP))])
    await world.correlate(await deliver(world));
  return (await scan(world)).filter(({ pk }) => !pk.startsWith('E#'));
};

type Fill = (text: string) => string;

const fillValue = (value: unknown, fill: Fill): unknown => {
  if (typeof value === 'string') return fill(value);
  return value instanceof Set ? new Set([...value].map(String).map(fill)) : value;
};

/** A function for each row that makes another group's row of it. Bodies are unpacked once. */
const templateOf = (row: Row): ((fill: Fill) => Row) => {
  const { body } = row;
  const text = body instanceof Uint8Array ? decompress(body).toString() : null;
  return (fill) => {
    const filled = Object.entries(row).map(([name, value]) => [name, fillValue(value, fill)]);
    const packed = text === null ? {} : { body: compress(fill(text)) };
    return { ...Object.fromEntries(filled), pk: fill(row.pk), sk: fill(row.sk), ...packed };
  };
};

/**
 * Learns the rows of one group from the real code and copies them with the marks of other groups in place of
 * the sample's, so that the format of a row is written down nowhere else.
 */
export const learnToMakeRows = async (owned: AsyncDisposableStack): Promise<MakeRows> => {
  const templates = (await learnRows(owned)).map(templateOf);
  const sample = marksOfGroup(SAMPLE_GROUP);
  const pattern = new RegExp(sample.join('|'), 'g');
  return (group) => {
    const marks = marksOfGroup(group);
    const swap = new Map(sample.map((text, index) => [text, marks[index] ?? '']));
    const fill: Fill = (text) => text.replace(pattern, (found) => swap.get(found) ?? found);
    return templates.map((template) => template(fill));
  };
};
