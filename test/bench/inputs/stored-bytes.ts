import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { DEFAULT_TENANT } from '../../../src/domain/tenant.ts';
import { eventKey, snapshotKey } from '../../../src/store/calls/keys.ts';
import type { Key } from '../../../src/store/calls/table.ts';
import { itemBytes } from '../../support/item-size.ts';
import { type Delivery, minified } from '../shared/deliveries.ts';
import { printTable } from '../shared/section.ts';
import { sum } from '../shared/stats.ts';
import { type InputsWorld, startInputsWorld } from './inputs-world.ts';

/** Bytes of one delivery: its body as Jira sends it, and what is stored of it; null without fields. */
type Sizes = { name: string; body: number; event: number; snapshot: number | null };

const bytesAt = async ({ table }: InputsWorld, key: Key): Promise<number> => {
  const get = new GetItemCommand({ TableName: table.name, Key: marshall(key), ConsistentRead: true });
  const { Item } = await table.client.send(get);
  if (!Item) throw new Error(`Nothing lies at ${key.pk}`);
  return itemBytes(Item);
};

/** In a table of its own, so that its fields are the newest there. */
const measure = async ({ name, bytes }: Delivery, owned: AsyncDisposableStack): Promise<Sizes> => {
  await using own = owned.use(new AsyncDisposableStack());
  const world = await startInputsWorld(own);
  const body = minified(bytes);
  const { status, body: answer } = await world.app.deliver(body);
  if (status !== 202) throw new Error(`${name} was answered ${status}`);
  const event = await bytesAt(world, eventKey(String(answer.event_id)));
  if (answer.outcome !== 'applied') return { name, body: body.length, event, snapshot: null };
  const { issue } = JSON.parse(body.toString());
  const snapshot = await bytesAt(world, snapshotKey(DEFAULT_TENANT, String(issue.id)));
  return { name, body: body.length, event, snapshot };
};

const shown = ({ base, per_byte }: Line): string => `${base.toFixed(0)} + ${per_byte.toFixed(3)} x body`;

/** What lies in the table after a delivery, by the size of its body. */
export const storedBytes = async (deliveries: Delivery[], owned: AsyncDisposableStack): Promise<void> => {
  const all: Sizes[] = [];
  for (const delivery of deliveries) all.push(await measure(delivery, owned));
  const events = fitLine(all.map(({ body, event }) => [body, event] as const));
  const full = all.flatMap(({ body, snapshot }) => (snapshot === null ? [] : [[body, snapshot] as const]));
  const rows = all.map(({ name, body, event, snapshot }) => [
    name,
    String(body),
    String(event),
    String(snapshot ?? ''),
  ]);
  const fitted = ['straight line', '', shown(events), shown(fitLine(full))];
  printTable(
    '\n6. Inputs of the cost formula\n   Bytes stored, body minified as Jira sends it',
    ['delivery', 'body', 'event', 'snapshot'],
    [...rows, fitted],
  );
};

/** A size in bytes against the body's: `base + per_byte * body`. */
type Line = { base: number; per_byte: number };

/** The straight line with the least squares of differences through `[x, y]`. */
const fitLine = (points: readonly (readonly [number, number])[]): Line => {
  const meanX = sum(points.map(([x]) => x)) / points.length;
  const meanY = sum(points.map(([, y]) => y)) / points.length;
  const across = sum(points.map(([x, y]) => (x - meanX) * (y - meanY)));
  const along = sum(points.map(([x]) => (x - meanX) ** 2));
  const per_byte = across / along;
  return { base: meanY - per_byte * meanX, per_byte };
};
