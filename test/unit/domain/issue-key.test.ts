import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIssueKey, lookupKey } from '../../../src/domain/issue-key.ts';
import { anyText } from '../../support/any-text.ts';

/** DynamoDB's limit for a sort key, which is half of that for a partition key. */
const SORT_KEY_BYTES = 1_024;

/** Every character there is; half surrogate pairs are none. */
const characters = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

describe('the form in which a key is looked up', () => {
  it.each([
    ['abc-1', 'ABC-1'],
    ['Äpfel-12', 'ÄPFEL-12'],
    ['straße-1', 'STRAßE-1'],
    ['ΐ-1', 'ΐ-1'],
    ['i-1', 'I-1'],
    ['ﬃx-1', 'ﬃX-1'],
    ['\u{10428}-1', '\u{10400}-1'],
    ['語_a-1', '語_A-1'],
  ])('of %s is %s, because a character becomes one character or stays', (key, form) => {
    expect(lookupKey(key)).toBe(form);
  });

  it('is the same for itself, whatever the character, because rows are found by what other rows say', () => {
    expect(characters.filter((one) => lookupKey(lookupKey(one)) !== lookupKey(one))).toEqual([]);
  });

  it('has as many characters, none above four bytes, because a key outgrew its index', () => {
    const grown = characters.filter((one) => {
      const form = lookupKey(one);
      return [...form].length !== 1 || Buffer.byteLength(form) > 4;
    });
    expect(grown).toEqual([]);
  });

  it('is upper case wherever that is one character, because people type lower case', () => {
    const other = characters.filter((one) => {
      const upper = one.toUpperCase();
      return [...upper].length === 1 && lookupKey(one) !== upper;
    });
    expect(other).toEqual([]);
  });

  it('is a key that fits into a sort key, whatever the key, because the table refuses what is longer', () => {
    const key = anyText({ minLength: 1, maxLength: 255 }).filter(isIssueKey);
    fc.assert(
      fc.property(key, (text) => {
        expect(isIssueKey(lookupKey(text))).toBe(true);
        expect(lookupKey(lookupKey(text))).toBe(lookupKey(text));
        expect(Buffer.byteLength(`G#${lookupKey(text)}`)).toBeLessThanOrEqual(SORT_KEY_BYTES);
      }),
    );
  });
});
