import { describe, expect, it } from 'vitest';
import { engineAddress, PORTS_NO_BROWSER_CALLS } from '../../../src/local/engine.ts';

/** Numbers in place of random ones, within the bounds that are asked for. */
const always =
  (place: 'least' | 'most') =>
  (least: number, below: number): number =>
    place === 'least' ? least : below - 1;

describe('the address of the embedded engine', () => {
  it.each([
    ['least', { host: '127.0.0.1', port: 4045 }],
    ['most', { host: '127.255.255.254', port: 6669 }],
  ] as const)(
    'is on loopback at its %s, because nothing else of the network may see it',
    (place, address) => {
      expect(engineAddress(always(place))).toEqual(address);
    },
  );

  it('has a port that fetch refuses by its standard, because a page could read the database there', async () => {
    for (const port of PORTS_NO_BROWSER_CALLS)
      await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
        cause: { message: 'bad port' },
      });
  });

  it('is another one each time, because engines of one machine must not meet', () => {
    const hosts = Array.from({ length: 20 }, () => engineAddress().host);
    expect(new Set(hosts).size).toBeGreaterThan(18);
  });
});
