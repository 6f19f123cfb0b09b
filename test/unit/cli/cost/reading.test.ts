import { describe, expect, it } from 'vitest';
import { billOf } from '../../../../src/cli/cost/formula.ts';
import { ASSUMPTIONS, MEASURED } from '../../../../src/cli/cost/inputs.ts';
import { monthOf } from '../../../../src/cli/cost/month.ts';
import { firstLoad, monthOfReading, TURNS_PER_MONTH } from '../../../../src/cli/cost/reading.ts';
import { billText } from '../../../../src/cli/cost/report.ts';
import { DEFAULT_WORKLOAD, STACK, type Workload } from '../../../../src/cli/cost/workload.ts';

const month = (change: Partial<Workload>) =>
  monthOf({ ...DEFAULT_WORKLOAD, ...change }, MEASURED, ASSUMPTIONS);

const usd = (change: Partial<Workload>): number => billOf({ ...DEFAULT_WORKLOAD, ...change }).usd;

describe('a first load', () => {
  it('asks for ids by project, then for bodies by the hundred, then for a sample', () => {
    // 5 projects: 1 page of them, 5 counts, 2 pages of 1,000 ids in each; 100 requests for bodies; 10 for the sample.
    expect(firstLoad(month({ issues: 10_000 })).requests).toBe(1 + 5 + 10 + 100 + 10);
  });

  it('takes the time of its requests at the rate, in turns of four of five minutes', () => {
    // 126 requests, 2 a second: 63 s of work in 78.75 s.
    expect(firstLoad(month({ issues: 10_000 })).hours).toBeCloseTo(78.75 / 3_600, 10);
    expect(firstLoad(month({ issues: 10_000, reconcile_rate: 20 })).hours).toBeCloseTo(7.875 / 3_600, 10);
  });

  it('stays within 9 write units for each issue, 14 with correlation, because that is what it is held to', () => {
    for (const issues of [1_000, 100_000, 1_000_000, 10_000_000]) {
      expect(firstLoad(month({ issues, correlation: false })).write_units / issues).toBeLessThanOrEqual(9);
      expect(firstLoad(month({ issues })).write_units / issues).toBeLessThanOrEqual(14);
    }
  });
});

describe('a month of reconciliation', () => {
  it('asks every ten minutes, compares ids daily below 100,000 issues and weekly above, and reads each body once', () => {
    const updates = 730 * 6 * 3;
    const days = 730 / 24;
    const census = 1 + 1 + 1;
    expect(monthOfReading(month({ issues: 1_000 })).requests).toBeCloseTo(updates + days * census + 10, 6);
    const weekly = 1 + 50 + 50 * 2;
    expect(monthOfReading(month({ issues: 100_000 })).requests).toBeCloseTo(
      updates + (days / 7) * weekly + 1_000,
      6,
    );
  });

  it('has a turn every five minutes, because the schedule has', () => {
    expect(TURNS_PER_MONTH).toBe(730 * 12);
  });
});

describe('the bill', () => {
  it('has no line of reconciliation without a site, and keeps its goals of 20 and 13 dollars for a million', () => {
    const { rows } = billOf(DEFAULT_WORKLOAD);
    expect(rows.filter(({ what }) => what.includes('reconcile'))).toEqual([]);
    expect(usd({})).toBeLessThan(20);
    expect(billOf(DEFAULT_WORKLOAD).usd - usd({ deliveries_per_month: 1 })).toBeLessThan(13);
  });

  it('has the secret, the schedule and the alarms of a site, whatever its size', () => {
    const { rows } = billOf({ ...DEFAULT_WORKLOAD, issues: 1 });
    const of = (what: string) => rows.find((row) => row.what === `reconcile: ${what}`)?.quantity;
    expect(of("Jira's token")).toBe(1);
    expect(of('turns')).toBe(TURNS_PER_MONTH);
    expect(of('alarms, by metric')).toBe(STACK.site_alarm_metrics);
    expect(usd({ issues: 1 }) - usd({})).toBeLessThan(2);
  });

  it('shows what a site takes only where there is one', () => {
    expect(billText(billOf({ ...DEFAULT_WORKLOAD, issues: 100_000 }))).toContain('first load: requests');
    expect(billText(billOf(DEFAULT_WORKLOAD))).not.toContain('first load');
  });
});
