import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newConnectionId } from '../../../src/domain/connection.ts';
import { open, seal } from '../../../src/verify/sealed-keys.ts';

const master = randomBytes(32);
const as = { id: newConnectionId(), version: 1, purpose: 'seal' as const };
const key = Buffer.from('a key of somebody else’s, 鍵');

describe('a sealed key', () => {
  it('opens as it was, whatever its bytes', () => {
    const drawn = fc.uint8Array({ minLength: 1, maxLength: 500 });
    fc.assert(
      fc.property(drawn, (bytes) => {
        expect(open(master, as, seal(master, as, bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('does not open under another id, version, purpose or master, because a copied row must prove nothing', () => {
    const sealed = seal(master, as, key);
    expect(open(master, { ...as, id: newConnectionId() }, sealed)).toBeNull();
    expect(open(master, { ...as, version: 2 }, sealed)).toBeNull();
    expect(open(master, { ...as, purpose: 'target' }, sealed)).toBeNull();
    expect(open(randomBytes(32), as, sealed)).toBeNull();
    expect(open(master, as, sealed)).toEqual(key);
  });

  it('does not open when any of its bits was turned', () => {
    const bytes = Buffer.from(seal(master, as, key), 'base64');
    const drawn = fc.integer({ min: 0, max: bytes.length * 8 - 1 });
    fc.assert(
      fc.property(drawn, (bit) => {
        const touched = Buffer.from(bytes);
        touched.writeUInt8(touched.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(open(master, as, touched.toString('base64'))).toBeNull();
      }),
    );
  });

  it('is no key when it is cut short, longer, empty or no base64 at all', () => {
    const sealed = seal(master, as, key);
    for (let length = 0; length < sealed.length - 1; length += 4)
      expect(open(master, as, sealed.slice(0, length))).toBeNull();
    const longer = Buffer.concat([Buffer.from(sealed, 'base64'), Buffer.from([0])]).toString('base64');
    for (const text of [longer, '', '\u0000', 'no base64: ¬', sealed.repeat(1_000)])
      expect(open(master, as, text)).toBeNull();
  });

  it('is another text each time and never holds the key, because the same key in two rows must not show', () => {
    const [one, two] = [seal(master, as, key), seal(master, as, key)];
    expect(one).not.toBe(two);
    expect(Buffer.from(one, 'base64').includes(key.subarray(0, 8))).toBe(false);
  });
});
