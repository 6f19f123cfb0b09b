import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../src/platform/backoff.ts';

const HALF = { first_ms: 100, longest_ms: 2_000, by_chance: 0.5 };

const waits = (chance: number, by_chance: number) =>
  [1, 2, 3, 5, 6, 1_000, 2_000].map((failures) => backoffMs(failures, chance, { ...HALF, by_chance }));

describe('waiting after failures', () => {
  it('doubles up to the longest, a part of it by chance, because many may have failed together', () => {
    expect(waits(0, 0.5)).toEqual([50, 100, 200, 800, 1_000, 1_000, 1_000]);
    expect(waits(1, 0.5)).toEqual([100, 200, 400, 1_600, 2_000, 2_000, 2_000]);
    expect(waits(0, 1)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(waits(0, 0)).toEqual(waits(1, 0.5));
  });

  it('is never negative, never longer than the longest and never shorter after more failures', () => {
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    const limits = fc.record({
      first_ms: fc.integer({ min: 1, max: 1_000 }),
      longest_ms: fc.nat(10_000),
      by_chance: part,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), part, limits, (failures, chance, some) => {
        const ms = backoffMs(failures, chance, some);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(some.longest_ms);
        expect(backoffMs(failures + 1, chance, some)).toBeGreaterThanOrEqual(ms);
      }),
    );
  });
});
