import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { exchange } from '../../../../src/cli/shared/exchange.ts';
import { listen, stop } from '../../../support/loopback-server.ts';

describe('one request', () => {
  it('is answered with status, headers and body', async () => {
    const server = createServer((_incoming, response) => response.writeHead(404, { 'x-a': '1' }).end('no'));
    const port = await listen(server, 0);
    const url = new URL(`http://127.0.0.1:${port}/`);
    const answer = await exchange({ method: 'GET', url, timeout_ms: 10_000 });
    await stop(server);
    expect(answer).toMatchObject({ kind: 'answered', status: 404, headers: { 'x-a': '1' }, body: 'no' });
  });

  it.each(['http', 'https'])('fails by a code over %s, because the caller must say why', async (scheme) => {
    const url = new URL(`${scheme}://127.0.0.1:9/`);
    const answer = await exchange({ method: 'GET', url, timeout_ms: 10_000 });
    expect(answer).toEqual({ kind: 'failed', code: 'ECONNREFUSED' });
  });

  it('fails by a time-out where nothing is answered', async () => {
    const server = createServer(() => {});
    const port = await listen(server, 0);
    const url = new URL(`http://127.0.0.1:${port}/`);
    expect(await exchange({ method: 'GET', url, timeout_ms: 50 })).toEqual({
      kind: 'failed',
      code: 'TIMEOUT',
    });
    await stop(server);
  });
});
