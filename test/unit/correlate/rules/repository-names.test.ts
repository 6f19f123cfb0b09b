import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mergeRepositories,
  NOTHING_KNOWN,
  nameOfNow,
} from '../../../../src/correlate/rules/repository-names.ts';
import type { Rename, RepositoryFacts } from '../../../../src/domain/repository.ts';

const rename = (from: string, to: string, at_ms: number, id: string | null = null): Rename => ({
  from,
  to,
  at_ms,
  id,
});

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const id = fc.constantFrom(null, 'github:1', 'github:2', 'bitbucket:1');
const someRename = fc.record({ from: name, to: name, at_ms: fc.nat({ max: 4 }), id });
const renames = fc.array(someRename, { maxLength: 12 });

describe('the current name', () => {
  it.each([
    ['a', 'c'],
    ['b', 'c'],
    ['c', 'c'],
  ])('of %s is %s after two renames, because the first name leads on', (from, to) => {
    const known = [rename('a', 'b', 1), rename('b', 'c', 2)];
    expect(nameOfNow(known, from, [])).toBe(to);
    expect(nameOfNow(known.toReversed(), from, [])).toBe(to);
  });

  it('follows renames of one instant, because hosts send seconds', () => {
    expect(nameOfNow([rename('b', 'c', 1), rename('a', 'b', 1)], 'a', [])).toBe('c');
  });

  it('is the first one again after a rename back, because the repository has it now', () => {
    const known = [rename('a', 'b', 1), rename('b', 'a', 2)];
    expect(['a', 'b'].map((one) => nameOfNow(known, one, []))).toEqual(['a', 'a']);
  });

  it('is not that of another repository that came to the name later, because that one went elsewhere', () => {
    const known = [rename('a', 'b', 1), rename('b', 'c', 2), rename('x', 'b', 3), rename('b', 'd', 4)];
    expect(['a', 'b', 'x'].map((one) => nameOfNow(known, one, []))).toEqual(['c', 'd', 'd']);
  });

  it.each([
    [['github:1'], 'b'],
    [['github:1', 'github:2'], 'a'],
    [['bitbucket:2'], 'b'],
    [[], 'b'],
  ])(
    'of a name under which %j delivered is %s, because only another id is another repository',
    (ids, now) => {
      expect(nameOfNow([rename('a', 'b', 1, 'github:1')], 'a', ids)).toBe(now);
    },
  );

  it('is a name of its own, whatever was renamed, because rows under it must be found under it', () => {
    fc.assert(
      fc.property(renames, name, (known, from) => {
        const now = nameOfNow(known, from, []);
        expect(nameOfNow(known, now, [])).toBe(now);
        expect(nameOfNow(known.toReversed(), from, [])).toBe(now);
      }),
      { numRuns: 2000 },
    );
  });
});

const facts: fc.Arbitrary<RepositoryFacts> = fc
  .record({
    spelling: fc.option(fc.constantFrom('a', 'A', 'B')),
    ids: fc.array(fc.constantFrom('github:1', 'github:2')),
    renames,
  })
  .map((one) => mergeRepositories(NOTHING_KNOWN, one));

describe('what is known of a name', () => {
  it('merges alike in any order and however often, because deliveries come late and twice', () => {
    fc.assert(
      fc.property(facts, facts, facts, (a, b, c) => {
        expect(mergeRepositories(a, b)).toEqual(mergeRepositories(b, a));
        expect(mergeRepositories(a, a)).toEqual(a);
        expect(mergeRepositories(mergeRepositories(a, b), c)).toEqual(
          mergeRepositories(a, mergeRepositories(b, c)),
        );
      }),
    );
  });
});
