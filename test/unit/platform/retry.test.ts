import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { backoffMs, retry } from '../../../src/platform/retry.ts';

const SOON = { tries: 3, first_ms: 1, longest_ms: 2, by_chance: 0.5 };

/** Fails as often as told, then says how often it was tried. */
const failing = (times: number, fault: unknown = new Error('not now')) => {
  const work = vi.fn(async () => {
    if (work.mock.calls.length <= times) throw fault;
    return work.mock.calls.length;
  });
  return work;
};

describe('what is tried again', () => {
  it.each([0, 1, 2])('succeeds after %i failures, because three tries are allowed', async (times) => {
    expect(await retry(failing(times), SOON)).toBe(times + 1);
  });

  it('ends with its last fault when no try is left, because the caller knows what it means', async () => {
    const fault = new Error('never');
    const work = failing(9, fault);
    await expect(retry(work, SOON)).rejects.toBe(fault);
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('ends at once with what another try cannot heal, and with a bug', async () => {
    const work = failing(9);
    await expect(retry(work, SOON, { mayHeal: () => false })).rejects.toThrow('not now');
    expect(work).toHaveBeenCalledTimes(1);
    const bug = failing(9, new TypeError('a bug'));
    await expect(retry(bug, SOON)).rejects.toThrow('a bug');
    expect(bug).toHaveBeenCalledTimes(1);
  });

  it('waits no longer than its signal allows, because nobody waits for it any more', async () => {
    const limits = { ...SOON, first_ms: 60_000, longest_ms: 60_000 };
    const work = failing(9);
    await expect(retry(work, limits, { signal: AbortSignal.timeout(5) })).rejects.toThrow(/abort/i);
    expect(work).toHaveBeenCalledTimes(1);
  });
});

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
