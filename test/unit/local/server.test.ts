import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { listen, urlOf } from '../../../src/local/server.ts';
import { stop } from '../../support/loopback-server.ts';

describe('where a server is reached', () => {
  it.each([
    ['127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['localhost', /^http:\/\/localhost:\d+$/],
    ['0.0.0.0', /^http:\/\/127\.0\.0\.1:\d+$/],
  ])('is an address to call for HOST %s', async (host, expected) => {
    const server = createServer();
    await listen(server, host, 0);
    expect(urlOf(server, host)).toMatch(expected);
    await stop(server);
  });

  it.each([
    ['::', 'http://[::1]:0'],
    ['::1', 'http://[::1]:0'],
  ])('has brackets for HOST %s, whatever this machine knows of IPv6', (host, expected) => {
    expect(urlOf(createServer(), host)).toBe(expected);
  });

  it('names HOST where the address is none of this machine', async () => {
    await expect(listen(createServer(), '192.0.2.1', 0)).rejects.toThrow('set HOST to an address');
  });
});
