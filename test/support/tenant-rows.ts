import * as z from 'zod/mini';
import type { Item } from '../../src/store/calls/table.ts';
import { decodeEvent } from '../../src/store/events/event-row.ts';
import { readExecution } from '../../src/store/executions/execution-row.ts';
import type { TestApp } from './app.ts';
import { scanTable } from './correlation.ts';

/** Kinds of rows whose partitions are named `{kind}#{tenant}` or `{kind}#{tenant}#…`. */
const OF_A_TENANT = ['I', 'K', 'C', 'P', 'R', 'V', 'G', 'ASKED', 'OLD', 'RECONCILE', 'SWEEP', 'PUBLISH'];

const decided = z.object({ tenant_id: z.string() });

/** All rows of a table by their tenants, each tenant's in order. @throws Error for a row that is nobody's */
export const rowsByTenant = async (app: TestApp): Promise<Record<string, Item[]>> => {
  const rows = await scanTable(app);
  const ofEvents = new Map(
    rows.filter(({ sk }) => sk === 'E').map((row) => [row.pk, decodeEvent(row).event.tenant]),
  );
  const groups = Object.groupBy(rows, (row) => tenantOf(row, ofEvents));
  const sorted = Object.entries(groups).map(([tenant, some = []]) => [tenant, some.toSorted(byKey)] as const);
  return Object.fromEntries(sorted);
};

const byKey = (a: Item, b: Item): number => (`${a.pk}\n${a.sk}` < `${b.pk}\n${b.sk}` ? -1 : 1);

const tenantOf = (row: Item, ofEvents: ReadonlyMap<unknown, string>): string => {
  const [kind = '', named] = String(row.pk).split('#');
  if (OF_A_TENANT.includes(kind) && named) return named;
  if (kind === 'TENANTS') return String(row.sk);
  if (kind === 'X' && String(row.sk).startsWith('X#')) return readExecution(row).tenant_id;
  if (kind === 'CON' || kind === 'SUB') return decided.parse(JSON.parse(String(row.decided))).tenant_id;
  const tenant = kind === 'E' ? ofEvents.get(row.pk) : undefined;
  if (tenant === undefined) throw new Error(`nobody’s row: ${row.pk}`);
  return tenant;
};
