import { describe, expect, it } from 'vitest';
import { billOf } from '../../../../src/cli/cost/formula.ts';
import {
  ASSUMED,
  ASSUMPTIONS,
  DELIVERY_KINDS,
  FIGURES,
  MEASURED,
  MEASURED_ON,
} from '../../../../src/cli/cost/inputs.ts';
import { PRICES, PRICES_READ } from '../../../../src/cli/cost/prices.ts';
import { billText, showAmount, showQuantity, showShare, showUsd } from '../../../../src/cli/cost/report.ts';
import { DEFAULT_WORKLOAD } from '../../../../src/cli/cost/workload.ts';
import { SECTION_NAMES } from '../../../bench/shared/section.ts';
import { page } from '../../../support/markdown.ts';

describe('prices', () => {
  it('name a page or say that they are from memory, because people pay by them', () => {
    const wrong = Object.values(PRICES).filter(
      ({ origin, page: title }) => (origin === 'from memory, check it') !== (title === ''),
    );
    expect(wrong).toEqual([]);
  });

  it('are each used by a line, and each line has one, because a price that nobody pays is a mistake', () => {
    const used = new Set(billOf({ ...DEFAULT_WORKLOAD, executions: 1 }).rows.map(({ price }) => price));
    expect(Object.keys(PRICES).filter((name) => ![...used].some((price) => price === name))).toEqual([]);
  });

  it('say in the terminal and on the page when they were read', () => {
    expect(billText(billOf(DEFAULT_WORKLOAD))).toContain(`pages read on ${PRICES_READ}`);
    expect(page('docs/cost.md')).toContain(`Read on ${PRICES_READ} `);
  });

  it('from memory have a star in their line', () => {
    const lines = billText(billOf(DEFAULT_WORKLOAD)).split('\n');
    expect(lines.filter((line) => line.includes('GB-month *')).map((line) => line.slice(0, 40))).toEqual([
      expect.stringContaining('logs: storage'),
    ]);
  });
});

describe('measured figures', () => {
  it('are printed by a section of the bench that there is', () => {
    const sections = Object.values(FIGURES).map(({ command }) => / --only (\w+)$/.exec(command)?.[1]);
    expect(SECTION_NAMES).toEqual(expect.arrayContaining([...new Set(sections)]));
  });

  it('say on the page when they were measured', () => {
    const text = page('docs/cost.md').replaceAll('\n', ' ');
    expect(text).toContain(`Measured on ${MEASURED_ON},`);
  });

  it('are all positive numbers under their own names, but for calls that cost nothing more', () => {
    expect(MEASURED.event_base_bytes).toBe(FIGURES.event_base_bytes.value);
    const others = Object.entries(MEASURED).filter(([, value]) => !(value > 0));
    expect(others).toEqual([['batch_more_calls_in_sequence', 0]]);
  });
});

describe('assumptions', () => {
  it('have a reason each', () => {
    expect(Object.values(ASSUMED).filter(({ why, what }) => why === '' || what === '')).toEqual([]);
  });

  it('share out all deliveries', () => {
    const shares = DELIVERY_KINDS.map((kind) => ASSUMPTIONS[`${kind}_share`]);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});

describe('numbers', () => {
  it('are shown as people compare them', () => {
    expect([0.125, 3, 99.5, 100.4, 1_234_567.8].map(showQuantity)).toEqual([
      '0.13',
      '3',
      '99.50',
      '100',
      '1,234,568',
    ]);
    expect([0, 0.001, 0.005, 3.456, 12_345.6].map(showUsd)).toEqual([
      '0.00',
      '< 0.01',
      '0.01',
      '3.46',
      '12,345.60',
    ]);
    expect(showShare(0.3333)).toBe('33.3 %');
    expect([showAmount(1, 'secrets'), showAmount(2, 'GB')]).toEqual(['1 secret', '2 GB']);
  });
});
