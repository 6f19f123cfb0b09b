import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billOf } from '../../../../src/cli/cost/formula.ts';
import type { Workload } from '../../../../src/cli/cost/workload.ts';

const workload = fc.record<Workload>({
  deliveries_per_month: fc.integer({ min: 1, max: 10 ** 9 }),
  body_bytes: fc.integer({ min: 2, max: 4_000_000 }),
  correlation: fc.boolean(),
  retention_days: fc.integer({ min: 1, max: 3_650 }),
  hours_per_month: fc.integer({ min: 1, max: 730 }),
  batch_window_seconds: fc.integer({ min: 0, max: 300 }),
  parallelization: fc.integer({ min: 1, max: 10 }),
  traces: fc.boolean(),
  connections: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 10 ** 6 })),
  executions: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 10 ** 9 })),
  issues: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 10 ** 8 })),
  reconcile_rate: fc.integer({ min: 1, max: 1_000 }),
  region: fc.constant('us-east-1'),
});

/** Sums are made in floating point. */
const ROUNDING = 1 + 1e-9;

const costsNoLess = (more: Workload, less: Workload): void =>
  expect(billOf(more).usd * ROUNDING).toBeGreaterThanOrEqual(billOf(less).usd);

describe('any bill', () => {
  it('has only lines that cost nothing or something, and shares that make a whole', () => {
    fc.assert(
      fc.property(workload, (month) => {
        const { rows, usd } = billOf(month);
        expect(rows.filter((row) => !(row.usd >= 0 && row.quantity >= 0 && row.share <= 1))).toEqual([]);
        expect(rows.reduce((sum, row) => sum + row.usd, 0)).toBeCloseTo(usd, 3);
      }),
    );
  });

  it('is no lower for more deliveries', () => {
    fc.assert(
      fc.property(workload, fc.integer({ min: 1, max: 10 ** 9 }), (month, more) => {
        costsNoLess({ ...month, deliveries_per_month: month.deliveries_per_month + more }, month);
      }),
    );
  });

  it('is no lower for larger bodies, a longer retention or more batches at a time', () => {
    fc.assert(
      fc.property(workload, fc.integer({ min: 1, max: 1_000_000 }), (month, more) => {
        costsNoLess({ ...month, body_bytes: month.body_bytes + more }, month);
        costsNoLess({ ...month, retention_days: month.retention_days + more }, month);
        costsNoLess({ ...month, parallelization: 10 }, month);
      }),
    );
  });

  it('is no higher without correlation or with a longer window, because batches are fewer', () => {
    fc.assert(
      fc.property(workload, fc.integer({ min: 1, max: 300 }), (month, more) => {
        costsNoLess({ ...month, correlation: true }, { ...month, correlation: false });
        const longer = month.batch_window_seconds + more;
        costsNoLess(month, { ...month, batch_window_seconds: longer });
      }),
    );
  });
});
