import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideAddresses, withoutAddresses } from '../../../../src/cli/commits/addresses.ts';

describe('a message', () => {
  it.each([
    ['Signed-off-by: Ada Example <ada@example.com>', 'Signed-off-by: Ada Example [address]'],
    ['Reported-by: root <root@localhost>', 'Reported-by: root [address]'],
    ['ask ada.b+c@sub.example.co.uk.', 'ask [address].'],
    ['mailto:jörg@exämple.de', 'mailto:[address]'],
    ['ABC-1:ada@example.com,bob@example.com', 'ABC-1:[address],[address]'],
    ['git@github.com:acme/ABC-1.git', '[address]:acme/ABC-1.git'],
  ])('loses the address in %j, because nobody asked its owner', (before, after) => {
    expect(withoutAddresses(before)).toBe(after);
  });

  it.each(['Bump @babel/core@7.1.0 for ABC-1', 'main@{upstream}', '@ada ABC-2 @ noon', 'a@b', 'x < y@z'])(
    'keeps %j, because that is no address',
    (message) => {
      expect(withoutAddresses(message)).toBe(message);
    },
  );

  it('loses every plain address, wherever it stands', () => {
    const around = fc.stringMatching(/^[\w ,:\n-]{0,20}$/);
    fc.assert(
      fc.property(around, fc.emailAddress(), around, (before, address, after) => {
        fc.pre(/^[\w.%+'-]{1,64}@([a-z\d-]{1,63}\.){1,8}[a-z]{2,24}$/.test(address));
        const cleaned = withoutAddresses(`${before} ${address} ${after}`);
        expect(cleaned).not.toContain('@');
        expect(cleaned.startsWith(before)).toBe(true);
        expect(cleaned.endsWith(after)).toBe(true);
      }),
    );
  });

  it.each(['a', 'a@', 'a.', 'a@a.', '<', '<a', '<a@'])(
    'of nothing but %j is read in no time, because one commit must not hold up a run',
    (part) => {
      const long = part.repeat(300_000 / part.length);
      expect(withoutAddresses(long)).toHaveLength(300_000);
    },
    20_000,
  );
});

describe("an author's name", () => {
  it('that is an address becomes the hash of it, as everywhere in our data', () => {
    expect(hideAddresses('ada@example.com')).toBe(
      'sha256:b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72',
    );
  });

  it('that holds one loses it', () => {
    expect(hideAddresses('Ada (ada@example.com)')).toBe('Ada ([address])');
  });

  it.each(['Ada Example', 'release@2', 'Zoë 🦊', ''])('is sent as it is: %j', (name) => {
    expect(hideAddresses(name)).toBe(name);
  });
});
