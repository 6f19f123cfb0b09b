import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sha256 } from '../../../src/platform/dynamodb.ts';

const hex = async (hash: Sha256): Promise<string> => Buffer.from(await hash.digest()).toString('hex');

describe('Sha256', () => {
  it('is SHA-256 of what was put in, because AWS refuses a signature over anything else', async () => {
    const hash = new Sha256();
    hash.update('Hello ');
    hash.update(new TextEncoder().encode('World!'));
    expect(await hex(hash)).toBe('7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069');
  });

  it("is the HMAC of Jira's published vector with a secret, whichever way the secret is given", async () => {
    const secret = "It's a Secret to Everybody";
    for (const given of [secret, Buffer.from(secret), new Uint8Array(Buffer.from(secret)).buffer]) {
      const hmac = new Sha256(given);
      hmac.update('Hello World!');
      expect(await hex(hmac)).toBe('a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9');
    }
  });

  it('agrees with node:crypto on any bytes, also with the same key again and after a reset', async () => {
    const key = Buffer.from('a signing key');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (bytes) => {
        const hmac = new Sha256(key);
        hmac.update('thrown away');
        hmac.reset();
        hmac.update(bytes);
        expect(await hex(hmac)).toBe(createHmac('sha256', key).update(bytes).digest('hex'));
        const hash = new Sha256();
        hash.update(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
        expect(await hex(hash)).toBe(createHash('sha256').update(bytes).digest('hex'));
      }),
    );
  });
});
