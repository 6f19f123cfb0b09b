import { describe, expect, it } from 'vitest';
import { bodyOf, latestBody } from '../../../../src/correlate/rules/body.ts';

const keysIn = (body: string): string[] | undefined => bodyOf(body, 1).body?.keys;

describe('bodyOf', () => {
  it.each([
    ['Closes ABC-1 and abc-2', ['ABC-1']],
    ['- [ABC-1](https://jira.example.com/browse/ABC-1)\r\n- XY-2', ['ABC-1', 'XY-2']],
    ['<!-- for example ABC-1 -->\nXY-2', ['XY-2']],
    ['ABC-1 <!-- a\n-- XY-2 > b\n--> ABC-3 <!-- XY-4 --> ABC-5', ['ABC-1', 'ABC-3', 'ABC-5']],
    ['ABC-1 <!-- XY-2 <!-- XY-3 --> ABC-4 --> ABC-5', ['ABC-1', 'ABC-4', 'ABC-5']],
    ['ABC-1 <!-- XY-2', ['ABC-1']],
    ['ABC-1 --> ABC-2', ['ABC-1', 'ABC-2']],
    ['', []],
  ])('finds in %j what a reader sees, because a template names keys of nobody', (body, keys) => {
    expect(keysIn(body)).toEqual(keys);
  });

  it('is nothing when nobody told one, and a body without keys when it is empty', () => {
    expect(bodyOf(null, 1)).toEqual({});
    expect(bodyOf('', 1)).toEqual({ body: { keys: [], updated_ms: 1 } });
  });

  it('says when there are more than 50 keys, because nobody may believe that all were looked at', () => {
    const numbered = Array.from({ length: 51 }, (_, n) => `ABC-${n + 1}`);
    expect(bodyOf(numbered.join(' '), 1).body?.keys_truncated).toBe(true);
    expect(bodyOf(numbered.slice(1).join(' '), 1).body?.keys_truncated).toBeUndefined();
  });

  it.each(['<!--', '-->', '<!-- -->', '<!-- ABC-1 '])(
    'takes no longer than the length of a body made of %j, because nobody may stop the others with one',
    (part) => {
      const start = performance.now();
      bodyOf(part.repeat(4_000_000 / part.length), 1);
      expect(performance.now() - start).toBeLessThan(20_000);
    },
  );
});

describe('latestBody', () => {
  it.each([
    ['the newer of two', bodyOf('ABC-1', 1), bodyOf('ABC-2', 2), ['ABC-2']],
    ['a newer one without keys', bodyOf('ABC-1', 1), bodyOf('', 2), []],
    ['an older one, where the newer report tells none', bodyOf('ABC-1', 1), bodyOf(null, 2), ['ABC-1']],
    ['both of one instant', bodyOf('ABC-2', 1), bodyOf('ABC-1', 1), ['ABC-1', 'ABC-2']],
    ['none of none', {}, {}, undefined],
  ])('takes %s, because a body is corrected and nothing known is lost', (_, a, b, keys) => {
    expect(latestBody(a, b).body?.keys).toEqual(keys);
    expect(latestBody(b, a)).toEqual(latestBody(a, b));
  });
});
