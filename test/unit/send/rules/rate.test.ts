import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullBucket, fullMs, readyMs, takeOne } from '../../../../src/send/rules/rate.ts';

/** Sends as soon as it may, now and then a little later. */
const times = (rate: number, late: readonly number[]): number[] => {
  let bucket = fullBucket(rate, 0);
  let now = 0;
  return late.map((ms) => {
    now = readyMs(bucket, rate, now) + ms;
    bucket = takeOne(bucket, rate, now);
    return now;
  });
};

const mostInASecond = (sent: readonly number[]): number =>
  Math.max(...sent.map((from) => sent.filter((ms) => ms >= from && ms < from + 1_000).length));

describe('a rate', () => {
  it('is kept in any second, however late its timers are', () => {
    const late = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 })), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), late, (rate, ms) => {
        expect(mostInASecond(times(rate, ms))).toBeLessThanOrEqual(rate + Math.max(1, Math.ceil(rate / 20)));
      }),
    );
  });

  it('is used up, because a target that may be asked more is to get it', () => {
    for (const rate of [1, 3, 10, 50]) {
      const sent = times(rate, Array(rate * 10).fill(0));
      expect(sent.at(-1)).toBeLessThanOrEqual(10_000 + 10 * rate);
    }
  });

  it('holds for lanes that follow one another, because each stays until its bucket is full', () => {
    const rate = 5;
    const bucket = takeOne(fullBucket(rate, 0), rate, 0);
    expect(readyMs(bucket, rate, 0)).toBe(200);
    expect(fullMs(bucket, rate, 0)).toBe(200);
    expect(fullMs(bucket, rate, 200)).toBe(200);
  });

  it('allows nothing more when the clock is set back, and no rate allows all', () => {
    const bucket = takeOne(fullBucket(1, 10_000), 1, 10_000);
    expect(readyMs(bucket, 1, 2_000)).toBeGreaterThan(2_000);
    expect(readyMs(takeOne(fullBucket(null, 0), null, 0), null, 0)).toBe(0);
  });
});
