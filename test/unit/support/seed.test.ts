import { describe, expect, it } from 'vitest';
import { readSeed } from '../../support/run.ts';
import { noise, restartNoise, SEED } from '../../support/seed.ts';

describe('the seed of a run', () => {
  it('is the one that the environment names, because a failed run is played again by it', () => {
    expect(['0', '7', '2147483647'].map(readSeed)).toEqual([0, 7, 2_147_483_647]);
  });

  it.each([undefined, ''])(
    'is drawn where it names none (%j), because every run tries something new',
    (none) => {
      expect(new Set(Array.from({ length: 20 }, () => readSeed(none))).size).toBeGreaterThan(1);
    },
  );

  it.each(['seven', '-1', '1.5', '2147483648'])(
    'is refused when it is %s, because it would draw others',
    (bad) => {
      expect(() => readSeed(bad)).toThrow(
        `SEED is "${bad}": it must be a whole number from 0 to 2147483647.`,
      );
    },
  );

  it('reaches the tests, because all draws follow from it', () => {
    expect(SEED).toBe(readSeed(process.env.SEED));
  });
});

describe('noise', () => {
  it('is other bytes at each call and the same from the start again, because the seed decides them', () => {
    restartNoise();
    const first = [noise(64), noise(64)].map((bytes) => bytes.toString('hex'));
    restartNoise();
    expect([noise(64), noise(64)].map((bytes) => bytes.toString('hex'))).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });
});
