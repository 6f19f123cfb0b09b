import { describe, expect, it } from 'vitest';
import { shorterFirst } from '../../../../src/correlate/rules/joins.ts';

describe('the order of ids', () => {
  it('is that of the numbers, because 9 was created before 10', () => {
    expect(['10', '9', '100', '11'].toSorted(shorterFirst)).toEqual(['9', '10', '11', '100']);
  });

  it('is the same for the same', () => {
    expect([shorterFirst('a', 'a'), shorterFirst('a', 'b'), shorterFirst('b', 'a')]).toEqual([0, -1, 1]);
  });
});
