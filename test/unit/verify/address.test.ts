import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { isAllowedAddress } from '../../../src/verify/address.ts';

const list = readEnv({ ALLOWED_CIDRS: '192.0.2.0/24, 2001:db8::/32' }).ALLOWED_CIDRS;

describe('a client address', () => {
  it.each(['192.0.2.1', '2001:db8::1', '', 'unknown'])(
    'is allowed when no list is set, even %j, because nobody asked for a check',
    (address) => {
      expect(isAllowedAddress(undefined, address)).toBe(true);
    },
  );

  it.each(['192.0.2.0', '192.0.2.255', '2001:db8::1', '2001:DB8:ffff::', '2001:0db8:0:0:0:0:0:1'])(
    'is allowed as %s, because its block is listed',
    (address) => {
      expect(isAllowedAddress(list, address)).toBe(true);
    },
  );

  it.each(['::ffff:192.0.2.7', '::FFFF:192.0.2.7', '::ffff:c000:0207', '0:0:0:0:0:ffff:192.0.2.7'])(
    'is allowed as %s, because it maps a listed IPv4 address',
    (address) => {
      expect(isAllowedAddress(list, address)).toBe(true);
    },
  );

  it.each(['192.0.3.0', '192.0.1.255', '2001:db9::1', '::ffff:192.0.3.7', '::192.0.2.7', '::1', '0.0.0.0'])(
    'is not allowed as %s, because no listed block has it',
    (address) => {
      expect(isAllowedAddress(list, address)).toBe(false);
    },
  );

  it.each([
    '',
    ' 192.0.2.1',
    '192.0.2.1:443',
    '[2001:db8::1]',
    '192.0.2.1, 192.0.2.2',
    '192.0.2',
    '0xc0000201',
    '192.0.2.01',
  ])('is not allowed as %j, because that is no address', (address) => {
    expect(isAllowedAddress(list, address)).toBe(false);
  });

  it('is looked up as IPv4 and as the IPv6 address that maps it with the same answer, and never throws', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.string(), (address, noise) => {
        const inBlock = address.startsWith('192.0.2.');
        return (
          isAllowedAddress(list, address) === inBlock &&
          isAllowedAddress(list, `::ffff:${address}`) === inBlock &&
          isAllowedAddress(list, `x${noise}`) === false
        );
      }),
    );
  });
});
