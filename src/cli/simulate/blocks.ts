import { showQuantity } from '../cost/numbers.ts';
import { markdownTable } from '../shared/markdown-table.ts';
import { QUOTAS } from './quotas.ts';
import { RATES, SEED, simulate } from './tables.ts';

const quotaTable = (): string =>
  markdownTable(
    ['what', 'default', 'can be raised', 'page'],
    Object.values(QUOTAS).map(({ what, limit, unit, raise, page }) => [
      what,
      `${showQuantity(limit)} ${unit}`,
      raise,
      page,
    ]),
  );

/** Every table of `docs/scale.md`, by the name of its markers. */
export const scaleBlocks = (): { name: string; content: string }[] => [
  ...simulate(SEED, RATES).map(({ name, head, rows }) => ({ name, content: markdownTable(head, rows) })),
  { name: 'quotas', content: quotaTable() },
];
