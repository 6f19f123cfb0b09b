import type { AttributeValue, PutItemCommandInput, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { MeteredWrite } from '../../support/metering-proxy.ts';
import type { Marks } from './bodies.ts';

/** What one delivery's writes hold of it. */
export type Written = Marks & { event_id: string };

type Attributes = Record<string, AttributeValue>;

const value = z.union([
  z.strictObject({ S: z.string() }),
  z.strictObject({ N: z.string() }),
  z.strictObject({ BOOL: z.boolean() }),
  z.strictObject({ SS: z.array(z.string()) }),
  z.strictObject({
    B: z.pipe(
      z.string(),
      z.transform((text: string) => new Uint8Array(Buffer.from(text, 'base64'))),
    ),
  }),
]);

const attributes = z.record(z.string(), value);

const common = { TableName: z.string(), ConditionExpression: z.string() };

const aliasInput = z.object({ TableName: z.string(), Item: attributes });

const putInput = z.object({
  ...common,
  Item: attributes,
  ExpressionAttributeValues: z.optional(attributes),
});

const updateInput = z.object({
  ...common,
  Key: attributes,
  UpdateExpression: z.string(),
  ExpressionAttributeValues: attributes,
});

/** The three writes of a new issue's delivery as our server sent them, and what of them is the delivery's. */
export type Templates = {
  alias: PutItemCommandInput;
  update: UpdateItemCommandInput;
  put: PutItemCommandInput;
  sample: Written;
};

/** A new instance writes its sweep's mark when it likes. */
const isOfDelivery = ({ input }: MeteredWrite): boolean =>
  !JSON.stringify(input.Key ?? {}).includes('SWEEP#');

const NAMES = ['PutItem', 'UpdateItem', 'PutItem'];

/**
 * The writes metered for one delivery: the alias's put, the snapshot's update and the event's put.
 * @throws when they are not exactly these three, for then the floor would do something else than we do
 */
export const templatesOf = (writes: MeteredWrite[], marks: Marks): Templates => {
  const [first, second, third, ...more] = writes.filter(isOfDelivery);
  const names = [first, second, third].map((write) => write?.operation);
  if (more.length > 0 || names.join() !== NAMES.join())
    throw new Error('A delivery of a new issue makes other writes than the floor knows');
  const put = putInput.parse(third?.input);
  const pk = put.Item.pk;
  const event_id = pk && 'S' in pk ? pk.S.replace(/^E#/, '') : '';
  return {
    alias: aliasInput.parse(first?.input),
    update: updateInput.parse(second?.input),
    put,
    sample: { ...marks, event_id },
  };
};

type Fill = (attributes: Attributes, written: Written) => Attributes;

/** Makes copies of attributes in which the sample's marks are another delivery's. */
const filler = (template: Attributes, sample: Written): Fill => {
  const swap = (text: string, to: Written) =>
    text
      .replace(sample.event_id, to.event_id)
      .replace(sample.issue_id, to.issue_id)
      .replace(sample.issue_key, to.issue_key);
  const swapNumber = (text: string, to: Written) =>
    text === String(sample.updated_ms)
      ? String(to.updated_ms)
      : text === String(sample.timestamp_ms)
        ? String(to.timestamp_ms)
        : text;
  const swapValue = (one: AttributeValue, to: Written): AttributeValue => {
    if (one.S !== undefined) return { S: swap(one.S, to) };
    if (one.N !== undefined) return { N: swapNumber(one.N, to) };
    return one.SS === undefined ? one : { SS: one.SS.map((text) => swap(text, to)) };
  };
  const other = { event_id: '?', issue_id: '?', issue_key: '?', updated_ms: 0, timestamp_ms: 0 };
  const varying = Object.entries(template).filter(
    ([, one]) => JSON.stringify(swapValue(one, other)) !== JSON.stringify(one),
  );
  return (from, to) => {
    const filled = { ...from };
    for (const [name, one] of varying) filled[name] = swapValue(one, to);
    return filled;
  };
};

/** The same three writes for any delivery, with the sample's contents. */
export const floorWrites = ({ alias, update, put, sample }: Templates) => {
  const { Key: key = {}, ExpressionAttributeValues: values = {} } = update;
  const { Item: aliasItem = {} } = alias;
  const { Item: item = {} } = put;
  const fillAlias = filler(aliasItem, sample);
  const fillKey = filler(key, sample);
  const fillValues = filler(values, sample);
  const fillItem = filler(item, sample);
  return {
    alias: (to: Written): PutItemCommandInput => ({ ...alias, Item: fillAlias(aliasItem, to) }),
    update: (to: Written): UpdateItemCommandInput => ({
      ...update,
      Key: fillKey(key, to),
      ExpressionAttributeValues: fillValues(values, to),
    }),
    put: (to: Written): PutItemCommandInput => ({ ...put, Item: fillItem(item, to) }),
  };
};
