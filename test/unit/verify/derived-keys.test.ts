import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveBytes, deriveSecret } from '../../../src/verify/derived-keys.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** RFC 5869, appendix A: all of its test cases with SHA-256. */
const VECTORS = [
  {
    name: 'A.1, basic',
    ikm: '0b'.repeat(22),
    salt: '000102030405060708090a0b0c',
    info: 'f0f1f2f3f4f5f6f7f8f9',
    length: 42,
    okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    name: 'A.2, longer inputs',
    ikm: Buffer.from(Array.from({ length: 80 }, (_, i) => i)).toString('hex'),
    salt: Buffer.from(Array.from({ length: 80 }, (_, i) => 0x60 + i)).toString('hex'),
    info: Buffer.from(Array.from({ length: 80 }, (_, i) => 0xb0 + i)).toString('hex'),
    length: 82,
    okm:
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c' +
      '59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71' +
      'cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    name: 'A.3, without salt and info',
    ikm: '0b'.repeat(22),
    salt: '',
    info: '',
    length: 42,
    okm: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
];

describe('the derivation', () => {
  it.each(VECTORS)('is HKDF-SHA256, because the RFC says so of $name', ({ ikm, salt, info, length, okm }) => {
    expect(deriveBytes(hex(ikm), hex(salt), hex(info), length).toString('hex')).toBe(okm);
  });
});

const master = hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
const ID = 'con_AAAAAAAAAAAAAAAAAAAAAA';

describe('a derived secret', () => {
  it('is the same for ever, because it is stored nowhere: this one was made with another program', () => {
    // printf of openssl kdf -keylen 32 -kdfopt digest:SHA2-256 -kdfopt hexkey:… -kdfopt salt:… -kdfopt info:'receive 1' HKDF
    expect(deriveSecret(master, ID, 'receive', 1, 'text').shown).toBe(
      'a5078430d9ca4d7378c274a877e1a14417fed4feb87c09d0efc5cd127e87606b',
    );
  });

  it('as text is 64 hex digits whose characters are the key, as senders use what is pasted', () => {
    const { shown, key } = deriveSecret(master, ID, 'receive', 1, 'text');
    expect(shown).toMatch(/^[0-9a-f]{64}$/);
    expect(key).toEqual(Buffer.from(shown, 'utf8'));
    expect(key).toHaveLength(64);
  });

  it('as base64 is 44 characters, and the key is the 32 bytes they mean', () => {
    const { shown, key } = deriveSecret(master, ID, 'receive', 1, 'base64');
    expect(shown).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(key).toHaveLength(32);
    expect(key.toString('base64')).toBe(shown);
    expect(key.toString('hex')).toBe(deriveSecret(master, ID, 'receive', 1, 'text').shown);
  });

  it('differs with master, connection, purpose and version, because none may tell of another', () => {
    const part = fc.record({
      master: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      id: fc.stringMatching(/^con_[A-Za-z0-9_-]{22}$/),
      purpose: fc.constantFrom('receive' as const, 'seal' as const),
      version: fc.integer({ min: 1, max: 200 }),
    });
    const secretOf = (one: typeof part extends fc.Arbitrary<infer T> ? T : never): string =>
      deriveSecret(Buffer.from(one.master), one.id, one.purpose, one.version, 'text').shown;
    const pair = fc.tuple(part, part, fc.constantFrom('master', 'id', 'purpose', 'version', null));
    fc.assert(
      fc.property(pair, ([a, other, changed]) => {
        const b = changed === null ? { ...a } : { ...a, [changed]: other[changed] };
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(secretOf(a) === secretOf(b)).toBe(same);
      }),
    );
  });
});
