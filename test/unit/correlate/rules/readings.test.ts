import { describe, expect, it } from 'vitest';
import { leavesOut, readingsOf } from '../../../../src/correlate/rules/readings.ts';

describe('readingsOf', () => {
  it.each([
    ['ABC-1', ['ABC-1']],
    ['FEATURE_ABC-1', ['FEATURE_ABC-1', 'ABC-1']],
    ['FIX_A_BC-1', ['FIX_A_BC-1', 'A_BC-1', 'BC-1']],
    ['A_B-1', ['A_B-1']],
    ['AB__CD-1', ['AB__CD-1', 'CD-1']],
    ['AB_2C-1', ['AB_2C-1']],
    ['AB_-1', ['AB_-1']],
  ])('gives %j as %j, because _ belongs to some keys and parts words in others', (key, readings) => {
    expect(readingsOf([key])).toEqual([readings]);
  });

  it('gives 50 in all, because each is a row that waits for ever', () => {
    const keys = Array.from({ length: 30 }, (_, n) => `FIX_ABC-${n + 1}`);
    const readings = readingsOf(keys);
    expect(readings.map(([first]) => first)).toEqual(keys);
    expect(readings.flat()).toHaveLength(50);
    expect(readings[19]).toEqual(['FIX_ABC-20', 'ABC-20']);
    expect(readings[20]).toEqual(['FIX_ABC-21']);
    expect([leavesOut(keys), leavesOut(keys.slice(0, 25)), leavesOut(keys.slice(0, 26))]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
