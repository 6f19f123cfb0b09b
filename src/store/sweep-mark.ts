import { updateIf } from './conditional-write.ts';
import { getItem, type Key, type Table } from './table-client.ts';

const markKey = (tenant: string): Key => ({ pk: `SWEEP#${tenant}`, sk: 'W' });

/** Every event received before this (epoch milliseconds) was seen handled or parked; null before a first sweep. */
export const readSweepMark = async (
  table: Table,
  tenant: string,
  signal: AbortSignal,
): Promise<number | null> => {
  const row = await getItem(table, markKey(tenant), signal);
  return typeof row?.swept_ms === 'number' ? row.swept_ms : null;
};

/** Remembers how far a sweep came, unless the mark is no longer the one it began with. */
export const moveSweepMark = async (
  table: Table,
  tenant: string,
  mark: { from_ms: number | null; to_ms: number },
  signal: AbortSignal,
): Promise<void> => {
  const update = 'SET swept_ms = :to';
  const write =
    mark.from_ms === null
      ? { update, condition: 'attribute_not_exists(pk)', values: { ':to': mark.to_ms } }
      : { update, condition: 'swept_ms = :from', values: { ':to': mark.to_ms, ':from': mark.from_ms } };
  await updateIf(table, { key: markKey(tenant), ...write }, signal);
};

/** Makes the next sweep look at events received since then again; nothing changes when it will anyway. */
export const lowerSweepMark = async (
  table: Table,
  tenant: string,
  sinceMs: number,
  signal: AbortSignal,
): Promise<void> => {
  const write = {
    update: 'SET swept_ms = :since',
    condition: 'swept_ms > :since',
    values: { ':since': sinceMs },
  };
  await updateIf(table, { key: markKey(tenant), ...write }, signal);
};
