import fc from 'fast-check';

/** Halves of a pair, which are no characters, begin here. */
const HALVES = 0xd800;
const HALVES_LENGTH = 0x800;
const LAST = 0x10ffff;

const toCharacter = (n: number): string => String.fromCodePoint(n < HALVES ? n : n + HALVES_LENGTH);

const toNumber = (text: unknown): number => {
  const code = typeof text === 'string' ? (text.codePointAt(0) ?? 0) : 0;
  const n = code < HALVES ? code : code - HALVES_LENGTH;
  if (toCharacter(n) !== text) throw new Error('not one character');
  return n;
};

/**
 * Any character of Unicode. fast-check's own, `unit: 'binary'`, makes a table of all of them first: a second and
 * 100 MB in every process that draws one.
 */
export const anyCharacter = fc.nat({ max: LAST - HALVES_LENGTH }).map(toCharacter, toNumber);

/** Any text, `__proto__` and its like more often than chance has them. */
export const anyText = (lengths: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> =>
  fc.string({ unit: anyCharacter, ...lengths });
