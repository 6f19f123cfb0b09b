import { describe, expect, it } from 'vitest';
import { isRepositoryName, repositoryKey } from '../../../src/domain/repository.ts';
import { depth } from '../../support/depth.ts';
import { SEED } from '../../support/seed.ts';

/** Every character in `npm run test:deep`; in `npm test` those that the seed chooses. */
const STEP = depth(5, 1);

/** Every character that is no half of a pair. */
const characters = function* (): Generator<string> {
  for (let code = 1 + (SEED % STEP); code <= 0x10ffff; code += STEP)
    if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code);
};

describe('the key of a repository', () => {
  it.each([
    ['Acme/WebShop', 'acme/webshop'],
    ['ÄCME/Ünï', 'äcme/ünï'],
    ['ΟΔΟΣ/ς', 'οδοσ/σ'],
    ['\u212Aelvin', 'kelvin'],
  ])('of %s is %s, because only the case differs', (name, key) => {
    expect(repositoryKey(name)).toBe(key);
  });

  it.each(['straße', 'ı', 'ŉ', 'ΐ', 'ﬁ', '../..', '__proto__'])(
    'of %s is itself, because another word is another repository',
    (name) => {
      expect(repositoryKey(name)).toBe(name);
    },
  );

  it('folded again is the same and as many characters, because rows are found by it for ever', {
    tags: ['deep'],
  }, () => {
    const other = [...characters()].filter((character) => {
      const key = repositoryKey(character);
      return key !== character && (repositoryKey(key) !== key || Array.from(key).length !== 1);
    });
    expect(other).toEqual([]);
  });

  it('is the same for both cases of a character that has just two, because people type either', {
    tags: ['deep'],
  }, () => {
    const other = [...characters()].filter((character) => {
      const upper = character.toUpperCase();
      const isPair = Array.from(upper).length === 1 && upper.toLowerCase() === character;
      return isPair && repositoryKey(upper) !== repositoryKey(character);
    });
    expect(other).toEqual([]);
  });
});

describe('the name of a repository', () => {
  it.each([
    ['Ⱥ'.repeat(85), true],
    ['Ⱥ'.repeat(86), false],
    ['ü'.repeat(127), true],
    ['ü'.repeat(128), false],
  ])('%s fits: %s, because its key may be longer than itself', (name, fits) => {
    expect(isRepositoryName(name)).toBe(fits);
  });
});
