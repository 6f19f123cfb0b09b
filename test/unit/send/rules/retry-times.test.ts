import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../../src/domain/instant.ts';
import { RETRIES, type Retry } from '../../../../src/domain/subscription.ts';
import { nextTryMs } from '../../../../src/send/rules/outcome.ts';

const waits = (retry: Retry, chance: number, asked: number | null = null): number[] => {
  const all: number[] = [];
  for (let tries = 1; ; tries += 1) {
    const next = nextTryMs(retry, tries, asked, 0, chance);
    if (next === null) return all;
    all.push(next / 1_000);
  }
};

describe('when a failed execution is tried again', () => {
  it('is what its subscription says, and at last never', () => {
    expect(waits('default', 0)).toEqual([30, 120, 600]);
    expect(waits('standard', 0)).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]);
  });

  it('is by chance up to a fifth later, so that what failed together does not come back together', () => {
    const retry = fc.constantFrom(...RETRIES);
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(retry, chance, (one, drawn) => {
        const [least, most, some] = [waits(one, 0), waits(one, 1), waits(one, drawn)];
        expect(some.length).toBe(least.length);
        some.forEach((wait, n) => {
          expect(wait).toBeGreaterThanOrEqual(least[n] ?? 0);
          expect(wait).toBeLessThanOrEqual(most[n] ?? 0);
        });
        expect(most[0]).toBeCloseTo((least[0] ?? 0) * 1.2);
      }),
    );
  });

  it('is not before its target asked for, for up to an hour', () => {
    expect(nextTryMs('default', 1, 90_000, 0, 0)).toBe(90_000);
    expect(nextTryMs('default', 3, 90_000, 0, 0)).toBe(600_000);
    expect(nextTryMs('default', 1, 24 * HOUR_MS, 0, 0)).toBe(HOUR_MS);
    expect(nextTryMs('default', 1, -5, 0, 0)).toBe(30_000);
    expect(nextTryMs('default', 4, 90_000, 0, 0)).toBe(null);
  });
});
