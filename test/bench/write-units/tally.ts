import type { MeteredWrite } from '../../support/metering-proxy.ts';
import { sum } from '../shared/stats.ts';

/** What a partition key's first letter says of its item (`src/store/calls/keys.ts`). */
const KINDS: Record<string, string> = { E: 'event', I: 'snapshot', K: 'alias' };

export const kindOf = (partitionKey: string): string => KINDS[partitionKey.charAt(0)] ?? 'other';

/** The text of `pk`, of a write's input or of an item, as the protocol carries it. */
export const partitionKeyOf = (holder: unknown): string => {
  const pk: unknown = typeof holder === 'object' && holder !== null && 'pk' in holder ? holder.pk : null;
  return typeof pk === 'object' && pk !== null && 'S' in pk ? String(pk.S) : '';
};

/** Units of all writes of one kind of item. */
export type Tally = {
  kind: string;
  writes: number;
  refused: number;
  table: number;
  indexes: ReadonlyMap<string, number>;
  total: number;
};

const tallyOf = (kind: string, writes: MeteredWrite[]): Tally => {
  const indexes = new Map<string, number>();
  for (const write of writes)
    for (const [name, units] of Object.entries(write.indexes))
      indexes.set(name, (indexes.get(name) ?? 0) + units);
  const table = sum(writes.map((write) => write.table));
  return {
    kind,
    writes: writes.length,
    refused: writes.filter((write) => write.refused).length,
    table,
    indexes,
    total: table + sum([...indexes.values()]),
  };
};

/** The writes by kind of item, and all of them last. */
export const tally = (writes: MeteredWrite[]): Tally[] => {
  const byKind = Map.groupBy(writes, ({ input }) => kindOf(partitionKeyOf(input.Key ?? input.Item)));
  return [...[...byKind].map(([kind, ofKind]) => tallyOf(kind, ofKind)), tallyOf('all', writes)];
};
