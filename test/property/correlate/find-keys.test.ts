import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as finder from '../../../src/correlate/rules/find-keys.ts';
import { readingsOf } from '../../../src/correlate/rules/links.ts';
import { isIssueKey } from '../../../src/domain/issue-key.ts';
import { anyText } from '../../support/any-text.ts';
import { depth } from '../../support/depth.ts';
import { slowKeys, slowReadings } from '../../support/key-oracle.ts';

const findKeys = (text: string): string[] => finder.findKeys(text).keys;
const findBranchKeys = (branch: string): string[] => finder.findBranchKeys(branch).keys;

/** Parts that keys and what only looks like keys are made of. */
const part = fc.constantFrom(
  ...['A', 'B', 'AB', 'ABC', 'Z9', '_', '-', '--', '0', '1', '12', '2024', 'a', 'b', 'é', 'Ü', 'ß', 'я', 'Ж'],
  ...[
    ' ',
    '\n',
    '\r\n',
    '.',
    ',',
    ':',
    '/',
    '#',
    '(',
    ')',
    '"',
    '\u00a0',
    '修',
    'あ',
    'ก',
    '🐛',
    '\ufe0f',
    '\ud83d',
  ],
  ...['ABC-1', 'XY-2', 'CVE-2024-1', 'UTF-8', '-2nd', '-3d', 'https://jira.example.com/browse/ABC-1'],
);

const text = fc.array(part, { maxLength: 25 }).map((parts) => parts.join(''));

describe('findKeys', () => {
  it('agrees with a search that looks at every place, because a pattern is easily wrong', {
    tags: ['deep'],
  }, () => {
    let found = 0;
    fc.assert(
      fc.property(text, (drawn) => {
        const keys = findKeys(drawn);
        expect(keys).toEqual(slowKeys(drawn));
        expect(keys.flatMap((key) => readingsOf([key]).flat())).toEqual(keys.flatMap(slowReadings));
        found += keys.length;
      }),
      { numRuns: depth(700, 20_000) },
    );
    expect(found).toBeGreaterThan(depth(35, 1_000));
  });

  it('gives keys that an index can hold, because they become rows unread', { tags: ['deep'] }, () => {
    const any = fc.oneof(text, anyText({ maxLength: 200 }));
    fc.assert(
      fc.property(any, (drawn) => {
        const whole = [findKeys(drawn), findBranchKeys(drawn), finder.findMessageKeys(drawn).keys];
        const keys = whole.flatMap((some) => readingsOf(some).flat());
        expect(keys.filter((key) => !isIssueKey(key) || key !== key.toUpperCase())).toEqual([]);
      }),
      { numRuns: depth(300, 3_000) },
    );
  });

  it('finds in a branch what it finds in the same in upper case, because only case is folded', {
    tags: ['deep'],
  }, () => {
    const ascii = fc.string({ unit: fc.constantFrom(...'abAB12_-/. '), maxLength: 30 });
    fc.assert(
      fc.property(ascii, (drawn) => {
        expect(findBranchKeys(drawn)).toEqual(slowKeys(drawn.toUpperCase()));
      }),
      { numRuns: depth(200, 5_000) },
    );
  });
});
