import { describe, expect, it } from 'vitest';
import * as finder from '../../../../src/correlate/rules/find-keys.ts';

const findKeys = (text: string): string[] => finder.findKeys(text).keys;
const findBranchKeys = (branch: string): string[] => finder.findBranchKeys(branch).keys;

describe('findKeys', () => {
  it.each([
    ['ABC-1', ['ABC-1']],
    ['ABC-1 and XY_Z2-30', ['ABC-1', 'XY_Z2-30']],
    ['https://jira.example.com/browse/ABC-1?focusedId=2', ['ABC-1']],
    [
      '[ABC-1] (ABC-2) "ABC-3" \'ABC-4\' <ABC-5> {ABC-6} `ABC-7`',
      'ABC-1 ABC-2 ABC-3 ABC-4 ABC-5 ABC-6 ABC-7',
    ],
    ['#ABC-1 @ABC-2 :ABC-3 /ABC-4 (ABC-5 =ABC-6', 'ABC-1 ABC-2 ABC-3 ABC-4 ABC-5 ABC-6'],
    ['ABC-1. ABC-2, ABC-3: ABC-4; ABC-5! ABC-6? ABC-7', 'ABC-1 ABC-2 ABC-3 ABC-4 ABC-5 ABC-6 ABC-7'],
    ['ABC-1/ABC-2+ABC-3|ABC-4&ABC-5', 'ABC-1 ABC-2 ABC-3 ABC-4 ABC-5'],
    ['feature-ABC-1-fix and ABC-2-', 'ABC-1 ABC-2'],
    ['ABC-1\nABC-2\r\nABC-3\tABC-4\u00a0ABC-5', 'ABC-1 ABC-2 ABC-3 ABC-4 ABC-5'],
    ['A_-1 A2-1 AA-1', 'A_-1 A2-1 AA-1'],
  ])('finds in %j what looks like a key, because people write keys in every kind of text', (text, keys) => {
    expect(findKeys(text)).toEqual(typeof keys === 'string' ? keys.split(' ') : keys);
  });

  it.each([
    'abc-1',
    'Abc-1',
    'A-1',
    'ABC1',
    'ABC-',
    'ABC-0',
    'ABC-01',
    'ABC--1',
    'ABC -1',
    'ABC- 1',
    'ABC–1',
    '9AB-1',
    '_9AB-1',
    '_A-1_',
    '_abc-1_',
    'ABC_-01',
    'ABC-1x',
    'ABC-1é_',
    'xABC-1',
    'fooABC-1bar',
    'АВС-1',
    'ＡＢＣ-1',
    'ABC-１',
    '',
  ])('finds nothing in %j, because it does not look like a key on word borders', (text) => {
    expect(findKeys(text)).toEqual([]);
  });

  it.each([
    ['_ABC-1_', ['ABC-1']],
    ['__ABC-1__', ['ABC-1']],
    ['feature_ABC-1_login', ['ABC-1']],
    ['éABC_DEF-1', ['DEF-1']],
    ['2_ABC-1', ['ABC-1']],
    ['*_ABC-1_* and **ABC-2**', ['ABC-1', 'ABC-2']],
    ['FEATURE_ABC-1', ['FEATURE_ABC-1']],
    ['ABC-1_XY-2_Z', ['ABC-1', 'XY-2']],
    ['A-1_XY-2', ['XY-2']],
    ['𐐀ABC-1 𐐀_XY-2', ['XY-2']],
    [`${'A'.repeat(101)}_ABC-1`, ['ABC-1']],
    [`AB_${'A'.repeat(100)}-1`, [`${'A'.repeat(100)}-1`]],
    [`AB_${'A'.repeat(101)}-1`, []],
  ])('reads %j as %j, because _ parts words too, and the longest reading is the most exact', (text, keys) => {
    expect(findKeys(text)).toEqual(keys);
  });

  it.each([
    ['ABC-1-404-page-not-found', ['ABC-1']],
    ['ABC-1-2-factor', ['ABC-1']],
    ['ABC-1-2.0-x', ['ABC-1']],
    ['ABC-1-2024', ['ABC-1']],
    ['ABC-1-2nd-try', ['ABC-1']],
    ['ABC-1-2_fa', ['ABC-1']],
    ['ABC-1-2-3-4', ['ABC-1']],
    ['ABC-1-B2-3', ['ABC-1', 'B2-3']],
    ['CVE-2024-12345.', ['CVE-2024']],
    ['AB-2024-01-31', ['AB-2024']],
    ['ISO-8859-1', ['ISO-8859']],
  ])('reads %j as %j, because a summary may begin with a number', (text, keys) => {
    expect(findKeys(text)).toEqual(keys);
  });

  it('takes UTF-8, SHA-256 and RFC-2119 for candidates, because they name no issue unless there is one', () => {
    expect(findKeys('UTF-8 by SHA-256, see RFC-2119')).toEqual(['UTF-8', 'SHA-256', 'RFC-2119']);
  });

  it.each([
    ['ÄBC-1', []],
    ['ABC-1é', []],
    ['ßABC-1', []],
    ['修复ABC-1的问题', ['ABC-1']],
    ['「ABC-1」を直す', ['ABC-1']],
    ['แก้ABC-1แล้ว', ['ABC-1']],
    ['🐛ABC-1✅', ['ABC-1']],
    ['✔️ABC-1 — done', ['ABC-1']],
    ['“ABC-1”…', ['ABC-1']],
    ['\u200bABC-1\ufeff', ['ABC-1']],
    ['\ud83dABC-1\ud800', ['ABC-1']],
  ])('reads %j as %j, because only letters with case, digits and _ make a longer word', (text, keys) => {
    expect(findKeys(text)).toEqual(keys);
  });

  it('gives each key once, in order of appearance, because the order is that of a text people read', () => {
    expect(findKeys('ZZ-9 AA-1 ZZ-9 AA-10 AA-1')).toEqual(['ZZ-9', 'AA-1', 'AA-10']);
  });

  it('stops at 50 different keys, because each is a row that waits for ever', () => {
    const numbers = Array.from({ length: 60 }, (_, index) => `ABC-${index + 1}`);
    expect(findKeys(numbers.join(' '))).toEqual(numbers.slice(0, 50));
    expect(findKeys(`${'ABC-1 '.repeat(60)}ABC-2`)).toEqual(['ABC-1', 'ABC-2']);
  });

  it('says when there are more than 50, because nobody may believe that all were looked at', () => {
    const numbers = Array.from({ length: 51 }, (_, index) => `ABC-${index + 1}`);
    expect(finder.findKeys(numbers.join(' ')).keys_truncated).toBe(true);
    expect(finder.findBranchKeys(numbers.join('/')).keys_truncated).toBe(true);
    expect(finder.findMessageKeys(numbers.join('\n')).keys_truncated).toBe(true);
    const all = `${numbers.slice(1).join(' ')} ABC-2 ABC-51`;
    expect(finder.findKeys(all)).toEqual({ keys: numbers.slice(1) });
  });

  it('leaves out what is longer than a key can be, because it would reach an index', () => {
    const project = 'A'.repeat(100);
    const number = '1'.repeat(100);
    expect(findKeys(`${project}-${number}`)).toEqual([`${project}-${number}`]);
    expect(findKeys(`A${project}-1 AB-${number}1`)).toEqual([]);
  });

  it('finds the same in a second text as in a first, because a pattern must not remember where it was', () => {
    expect(findKeys('x ABC-1')).toEqual(['ABC-1']);
    expect(findKeys('ABC-2 x')).toEqual(['ABC-2']);
  });
});

describe('findKeys in the largest body', () => {
  const MOST = 4_000_000;
  const hostile = [
    'A_',
    '_',
    'A_A-',
    '_A-1',
    'A',
    'A-',
    'AB-',
    'AB-1',
    'AB-1-',
    'AB-1-1',
    'AB-1 ',
    'é',
    '1',
    `${'A'.repeat(99)}-`,
  ];

  it.each([...hostile, `${'A'.repeat(99)}-${'1'.repeat(99)}-1 `, '-1AB', 'AB-111111111-111111111-'])(
    'made of %j takes no longer than its length, because nobody may stop the others with a text',
    (part) => {
      const text = part.repeat(Math.ceil(MOST / part.length));
      const start = performance.now();
      findKeys(text);
      findKeys(`${text}é`);
      finder.findMessageKeys(`merge in ${text}`);
      // It takes 0.1 s; a search that grows with the square of the length would take hours.
      expect(performance.now() - start).toBeLessThan(20_000);
    },
  );
});

describe('findBranchKeys', () => {
  it.each([
    ['feature/abc-12-login', ['ABC-12']],
    ['feature/ABC-12-login', ['ABC-12']],
    ['Abc-12', ['ABC-12']],
    ['bugfix-abc-12-and-xyz-3', ['ABC-12', 'XYZ-3']],
    ['users/ada/abc-12', ['ABC-12']],
    ['abc-12-2nd-try', ['ABC-12']],
    ['dependabot/npm_and_yarn/lodash-4.17.21', ['LODASH-4']],
    ['release/2024-05-01', []],
    ['fix/cve-2024-1', ['CVE-2024']],
    ['feature/abc-12_login', ['ABC-12']],
    ['abc-12-404-page-not-found', ['ABC-12']],
    ['feature_abc-12', ['FEATURE_ABC-12']],
    ['_abc-12_', ['ABC-12']],
    ['main', []],
    ['', []],
  ])('reads %j as %j, because branches are often written in lower case', (branch, keys) => {
    expect(findBranchKeys(branch)).toEqual(keys);
  });

  it.each(['ßa-1', 'ıd-1', 'ſa-1', 'ﬁ-1'])(
    'finds nothing in %j, because letters that only fold into A-Z are no part of a key',
    (branch) => {
      expect(findBranchKeys(branch)).toEqual([]);
    },
  );
});

describe('findMessageKeys', () => {
  const keysIn = (message: string): string[] => finder.findMessageKeys(message).keys;

  it('reads lower case where the subject says what was merged in, because that is a branch', () => {
    expect(keysIn("Merge branch 'abc-12-login' into 'main'\n\nSee XY-3, not xy-4")).toEqual([
      'ABC-12',
      'XY-3',
    ]);
  });

  it('reads upper case everywhere, because that is what a key looks like in a text', () => {
    expect(keysIn("Merge branch 'main' into ABC-12-login")).toEqual(['ABC-12']);
    expect(keysIn("Merge branch 'main' into abc-12-login")).toEqual([]);
    expect(keysIn('abc-12 Show the total')).toEqual([]);
  });

  it('gives a key once that stands in both, because it is one candidate', () => {
    expect(keysIn('Merged in ABC-12-login (pull request #7)\n\nABC-12 form')).toEqual(['ABC-12']);
  });
});
