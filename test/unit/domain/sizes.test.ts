import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerBytes } from '../../../src/domain/sizes.ts';
import { anyJson } from '../../support/any-json.ts';

/** As Lambda hands it over: JSON with the body as a string in it. */
const written = (value: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(value) ?? ''));

describe('the bytes of an answer', () => {
  it('are those of its JSON written as a JSON string, because Lambda counts them so', () => {
    fc.assert(fc.property(anyJson, (value) => answerBytes(value) === written(value)));
  });

  it('are those of any text too, which is counted and not written', () => {
    const text = fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
    const hostile = fc.string({
      unit: fc.constantFrom('"', '\\', '\b', '\u0001', '\u007f', 'é', '\ud83d', '\ude00'),
    });
    fc.assert(fc.property(fc.oneof(text, hostile), (value) => answerBytes(value) === written(value)));
  });

  it.each([undefined, '"', '\\', '\n\t\u0000\u001f', 'é€😀', '\ud800 \udc00', '\u2028', { '"': ['\\"'] }])(
    'are right for %j, because it is where escapes go wrong',
    (value) => {
      expect(answerBytes(value)).toBe(written(value));
    },
  );
});
