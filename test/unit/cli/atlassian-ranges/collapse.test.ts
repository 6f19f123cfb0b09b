import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collapseCidrs } from '../../../../src/cli/atlassian-ranges/published.ts';

const byte = fc.integer({ min: 0, max: 255 });
const ipv4 = fc
  .tuple(fc.constantFrom(10, 11), fc.constantFrom(0, 1, 128), byte, byte)
  .map((parts) => parts.join('.'));
const ipv6 = fc
  .tuple(
    fc.constantFrom('2401:1d80', '2401:1d81'),
    fc.constantFrom('3000', '3001', '0'),
    fc.integer({ min: 0, max: 7 }),
  )
  .map(([a, b, c]) => `${a}:${b}::${c.toString(16)}`);

const block = fc.oneof(
  fc.tuple(ipv4, fc.integer({ min: 8, max: 32 })).map(([at, prefix]) => `${at}/${prefix}`),
  fc.tuple(ipv6, fc.integer({ min: 30, max: 128 })).map(([at, prefix]) => `${at}/${prefix}`),
);

const familyOf = (text: string) => (text.includes(':') ? 'ipv6' : 'ipv4');

/** Node's own reading of blocks. */
const listOf = (blocks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const one of blocks) {
    const [network = '', prefix] = one.split('/');
    list.addSubnet(network, Number(prefix), familyOf(network));
  }
  return list;
};

describe('blocks of addresses', () => {
  it('hold the same addresses after as before, because one too few loses deliveries', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), fc.array(fc.oneof(ipv4, ipv6)), (blocks, addresses) => {
        const collapsed = collapseCidrs(blocks) ?? [];
        const [before, after] = [listOf(blocks), listOf(collapsed)];
        const asked = [...addresses, ...[...blocks, ...collapsed].map((one) => one.split('/')[0] ?? '')];
        for (const address of asked)
          expect([address, after.check(address, familyOf(address))]).toEqual([
            address,
            before.check(address, familyOf(address)),
          ]);
      }),
    );
  });

  it('are as few as can be in any order: once more changes nothing, and none lies in or beside its half', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
        const collapsed = collapseCidrs(blocks) ?? [];
        expect(collapseCidrs([...collapsed].reverse())).toEqual(collapsed);
        expect(collapseCidrs([...blocks].reverse())).toEqual(collapsed);
      }),
    );
  });

  it.each([
    [['10.0.0.0/25', '10.0.0.128/25', '10.0.1.0/24'], ['10.0.0.0/23']],
    [
      ['10.0.1.0/24', '10.0.2.0/24'],
      ['10.0.1.0/24', '10.0.2.0/24'],
    ],
    [['10.0.0.7/24', '10.0.0.0/24'], ['10.0.0.0/24']],
    [
      ['0.0.0.0/1', '128.0.0.0/1', '::/0'],
      ['0.0.0.0/0', '::/0'],
    ],
    [['2401:1d80:3200::/64', '2401:1d80:3200:1::/64'], ['2401:1d80:3200::/63']],
    [
      ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
      ['192.0.2.0/24', '::ffff:c000:200/120'],
    ],
    [[], []],
  ])('%j become %j', (blocks, collapsed) => {
    expect(collapseCidrs(blocks)).toEqual(collapsed);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', 'a.b.c.d/8', '', '::/129', '1.2.3/8'])(
    'are none where one is %j',
    (wrong) => {
      expect(collapseCidrs(['10.0.0.0/8', wrong])).toBeNull();
    },
  );
});
