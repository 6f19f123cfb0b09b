import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { Duplex, PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../../src/http/response.ts';
import { refuseSocket, sendAnswer, sendEarlyAnswer } from '../../../src/local/answer.ts';
import { listen, stop } from '../../support/loopback-server.ts';

const answered = async (result: HttpResponse, early = false) => {
  const server = createServer((_incoming, response) => {
    if (early) void sendEarlyAnswer(response, result, async () => {});
    else sendAnswer(response, result, false);
  });
  const port = await listen(server, 0);
  try {
    const sending = request({ host: '127.0.0.1', port, agent: false }).end();
    const [message] = await once(sending, 'response');
    return { status: message.statusCode, headers: message.headers, body: await text(message) };
  } finally {
    await stop(server);
  }
};

describe.each([
  ['an answer', false],
  ['an early answer', true],
] satisfies [string, boolean][])('%s', (_what, early) => {
  it('is 200 without a body where the handler says nothing else, as Lambda’s own rule is', async () => {
    expect(await answered({}, early)).toMatchObject({
      status: 200,
      headers: { 'content-length': '0' },
      body: '',
    });
  });

  it('has no length where it is 204, because that one has no body', async () => {
    const { status, headers, body } = await answered({ statusCode: 204 }, early);
    expect([status, body, headers['content-length'], headers['transfer-encoding']]).toEqual([
      ...[204, '', undefined, undefined],
    ]);
  });

  it('has its bytes from base64, because a body may be binary', async () => {
    const result = { statusCode: 202, body: Buffer.from('grün').toString('base64'), isBase64Encoded: true };
    expect(await answered(result, early)).toMatchObject({ status: 202, body: 'grün' });
  });

  it('sets cookies one by one, because joined they are one', async () => {
    const { headers } = await answered({ cookies: ['a=1', 'b=2'] }, early);
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });
});

describe('a refusal on the bare socket', () => {
  it('is an answer with the reason, because a person may read it', async () => {
    const socket = new PassThrough();
    refuseSocket(socket, 400, 'No such thing.', 0);
    const said = await text(socket);
    expect(said).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(said).toContain('No such thing.');
  });

  it('only closes a socket that takes nothing any more', () => {
    const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
    socket.end();
    refuseSocket(socket, 400, 'No such thing.', 0);
    expect(socket.destroyed).toBe(true);
  });
});
