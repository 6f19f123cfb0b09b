import { describe, expect, it } from 'vitest';
import { nextRevision, revisionOf } from '../../../../src/store/calls/conditional-write.ts';

describe('the revision of a derived row', () => {
  it('begins with 1 where there was no row, or one without', () => {
    expect([null, {}, { rev: 'x' }].map((row) => nextRevision(revisionOf(row)))).toEqual([1, 1, 1]);
  });

  it('is one more than what was read', () => {
    expect(nextRevision(revisionOf({ rev: 7 }))).toBe(8);
  });
});
