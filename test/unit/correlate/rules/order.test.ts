import { describe, expect, it } from 'vitest';
import { compareIds } from '../../../../src/correlate/rules/order.ts';

describe('the order of ids', () => {
  it('is that of the numbers, because 9 was created before 10', () => {
    expect(['10', '9', '100', '11'].toSorted(compareIds)).toEqual(['9', '10', '11', '100']);
  });

  it('is the same for the same', () => {
    expect([compareIds('a', 'a'), compareIds('a', 'b'), compareIds('b', 'a')]).toEqual([0, -1, 1]);
  });
});
