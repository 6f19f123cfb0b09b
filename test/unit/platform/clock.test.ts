import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Moment, momentOf, passedBetween } from '../../../src/platform/clock.ts';

const HOUR = 3_600_000;
const at = (wall: number, steady: number): Moment => ({ wall, steady });

describe('the time that passed', () => {
  it.each([
    ['by both', at(HOUR, 100), at(HOUR + 5, 105), 5],
    ['by the wall clock alone, because Lambda may freeze the other', at(HOUR, 100), at(2 * HOUR, 100), HOUR],
    ['by the steady clock alone, because the other one may be set', at(HOUR, 0), at(HOUR + 3, 9), 9],
    ['as for ever when the wall clock was set back', at(HOUR, 0), at(HOUR - 1, 9), Number.POSITIVE_INFINITY],
  ])('is counted %s', (_how, since, until, passed) => {
    expect(passedBetween(since, until)).toBe(passed);
  });

  it('is never less than either clock says, so nothing is believed for longer than its limit', () => {
    const wall = fc.integer({ min: 0, max: 4e12 });
    const steps = fc.tuple(wall, wall, fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 1e9 }));
    fc.assert(
      fc.property(steps, ([before, after, steady, more]) => {
        const passed = passedBetween(at(before, steady), at(after, steady + more));
        expect(passed).toBeGreaterThanOrEqual(more);
        expect(passed).toBeGreaterThanOrEqual(after - before);
        expect(passed).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('goes on by itself, because nobody sets the steady clock', async () => {
    const since = momentOf(() => 5);
    await new Promise((done) => setTimeout(done, 20));
    expect(
      passedBetween(
        since,
        momentOf(() => 5),
      ),
    ).toBeGreaterThan(10);
  });
});
