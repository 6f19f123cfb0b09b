import type { MeteredCall } from './meter.ts';

/** Calls and their units, added up. */
export type Cost = { calls: number; table: number; indexes: number };

const NOTHING: Cost = { calls: 0, table: 0, indexes: 0 };

const costOf = (calls: MeteredCall[]): Cost =>
  calls.reduce(
    (sum, { table, indexes }) => ({
      calls: sum.calls + 1,
      table: sum.table + table,
      indexes: sum.indexes + indexes,
    }),
    NOTHING,
  );

export const readsOf = (calls: MeteredCall[]): Cost => costOf(calls.filter(({ isRead }) => isRead));
export const writesOf = (calls: MeteredCall[]): Cost => costOf(calls.filter(({ isRead }) => !isRead));

export const unitsOf = ({ table, indexes }: Cost): number => table + indexes;

/** Two decimals at most, and none that are zero. */
export const trimmed = (figure: number): string => figure.toFixed(2).replace(/\.?0+$/, '');
