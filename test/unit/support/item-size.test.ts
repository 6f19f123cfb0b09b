import { describe, expect, it } from 'vitest';
import { itemBytes } from '../../support/item-size.ts';

describe('the size of an item', () => {
  it.each([
    ['text in UTF-8, because a character may take several bytes', { pk: { S: 'aé€' } }, 2 + 6],
    ['an empty text as its name alone', { pk: { S: '' } }, 2],
    ['two digits a byte and one more', { n: { N: '1792512003777' } }, 1 + 7 + 1],
    [
      'no zeros at the ends of a number, because only significant digits are stored',
      { n: { N: '100.50' } },
      1 + 2 + 1,
    ],
    ['one more byte for a minus', { n: { N: '-5' } }, 1 + 1 + 1 + 1],
    ['the bytes of a binary value, not its base64', { b: { B: 'AAECAw==' } }, 1 + 4],
    ['the bytes of a binary value a client has decoded', { b: { B: new Uint8Array(5) } }, 1 + 5],
    ['one byte for true and for null', { t: { BOOL: true }, u: { NULL: true } }, 1 + 1 + 1 + 1],
    ['a set as the sum of its members', { s: { SS: ['ab', 'c'] }, t: { NS: ['1', '22'] } }, 1 + 3 + 1 + 4],
    [
      'three bytes and one for each member of a list or map',
      { l: { L: [{ S: 'ab' }, { M: { k: { S: 'v' } } }] } },
      14,
    ],
  ])('counts %s', (_, item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });

  it('refuses a type it does not know, because a guess would be a wrong figure', () => {
    expect(() => itemBytes({ x: { Z: 1 } })).toThrow('No DynamoDB value has the type Z');
  });
});
