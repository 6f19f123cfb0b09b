import { describe, expect, it } from 'vitest';
import { arrivals, pause, popularityOf, randomOf } from '../../../../src/cli/simulate/random.ts';

const many = <T>(times: number, make: () => T): T[] => Array.from({ length: times }, make);
const meanOf = (numbers: number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

describe('numbers at random', () => {
  it('are the same for the same seed, because a page shows them', () => {
    const [first, second] = [randomOf(1), randomOf(1)];
    expect(many(100, first)).toEqual(many(100, second));
    // The published generator: mulberry32 of 1 begins so.
    expect(Math.floor(randomOf(1)() * 2 ** 32)).toBe(2_693_262_067);
  });

  it('are others for another seed', () => {
    expect(randomOf(1)()).not.toBe(randomOf(2)());
  });

  it('lie evenly in [0, 1)', () => {
    const numbers = many(20_000, randomOf(3));
    expect(numbers.filter((one) => one < 0 || one >= 1)).toEqual([]);
    expect(meanOf(numbers)).toBeCloseTo(0.5, 2);
  });
});

describe('what comes at random', () => {
  it.each([0.5, 10, 499, 501, 4_000])('comes about %d times a second, and varies by its root', (mean) => {
    const random = randomOf(7);
    const counts = many(4_000, () => arrivals(random, mean));
    const variance = meanOf(counts.map((count) => (count - mean) ** 2));
    expect(meanOf(counts) / mean).toBeGreaterThan(0.95);
    expect(meanOf(counts) / mean).toBeLessThan(1.05);
    expect(variance / mean).toBeGreaterThan(0.9);
    expect(variance / mean).toBeLessThan(1.1);
    expect(counts.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
  });

  it('comes after pauses of one part of a second', () => {
    const random = randomOf(7);
    expect(meanOf(many(20_000, () => pause(random, 50)))).toBeCloseTo(0.02, 3);
  });
});

describe('popularity', () => {
  it('gives the first twice what the second gets, and three times what the third gets', () => {
    const random = randomOf(9);
    const pick = popularityOf(3);
    const picks = many(60_000, () => pick(random));
    const share = (rank: number): number => picks.filter((one) => one === rank).length / picks.length;
    expect(share(0)).toBeCloseTo(6 / 11, 1);
    expect(share(0) / share(1)).toBeCloseTo(2, 1);
    expect(share(0) / share(2)).toBeCloseTo(3, 1);
  });

  it('leaves nobody out', () => {
    const random = randomOf(9);
    const pick = popularityOf(50);
    expect(new Set(many(20_000, () => pick(random))).size).toBe(50);
  });
});
