import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRIORITIES, type Priority } from '../../../../src/domain/subscription.ts';
import { pickNext } from '../../../../src/send/rules/next-step.ts';

const turns = (count: number, waits: (priority: Priority) => boolean): (Priority | null)[] =>
  Array.from({ length: count }, (_, turn) => pickNext(turn, waits));

describe('whose turn it is', () => {
  it('is six times that of high, three of normal and one of low priority in any ten while all wait', () => {
    const taken = turns(100, () => true);
    for (let from = 0; from + 10 <= 100; from += 1) {
      const ten = taken.slice(from, from + 10);
      const count = (priority: Priority) => ten.filter((one) => one === priority).length;
      expect(PRIORITIES.map(count)).toEqual([6, 3, 1]);
    }
  });

  it('goes to the highest that waits where its own has nothing, because no turn is wasted', () => {
    const some = fc.subarray([...PRIORITIES]);
    fc.assert(
      fc.property(some, fc.nat(10_000), (waiting, turn) => {
        const picked = pickNext(turn, (priority) => waiting.includes(priority));
        if (waiting.length === 0) expect(picked).toBe(null);
        else expect(waiting).toContain(picked);
      }),
    );
    expect(turns(10, (one) => one === 'low')).toEqual(Array(10).fill('low'));
    expect(turns(10, (one) => one !== 'normal').filter((one) => one === 'low').length).toBe(1);
  });
});
