import { describe, expect, it } from 'vitest';
import { priorityOf } from '../../../src/matching/match-event.ts';

describe('the priority of an execution', () => {
  it.each([
    ['high', 'Highest'],
    ['high', 'High'],
    ['high', 'HIGH'],
    ['normal', 'Medium'],
    ['low', 'Low'],
    ['low', 'lowest'],
    ['normal', 'Blocker'],
    ['normal', 'constructor'],
    ['normal', null],
  ])('is %s by issue of priority %j, because other names are nobody knows which', (expected, said) => {
    expect(priorityOf({ priority: 'by_issue' }, said)).toBe(expected);
  });

  it('is what the subscription says, whatever its issue is', () => {
    expect(priorityOf({ priority: 'low' }, 'Highest')).toBe('low');
  });
});
