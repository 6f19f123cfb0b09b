import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpHandler } from '../../../src/http/dispatch.ts';
import { echo, serveForTest } from './echo-server.ts';
import { exchange, openRaw, parseAnswers, type RawAnswer } from './raw-http.ts';

const expectProblem = (answer: RawAnswer | undefined, status: number): void => {
  expect(answer?.status).toBe(status);
  expect(answer?.headers.get('content-type')).toBe('application/problem+json');
  expect(answer?.headers.get('connection')).toBe('close');
  const problem = JSON.parse(answer?.body ?? '');
  expect(problem).toMatchObject({ status, detail: expect.any(String), run_id: expect.any(String) });
  expect(problem.received_at).toMatch(/-07:00$/);
};

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

describe('what is no HTTP request', () => {
  it.each([
    ['garbage', 'garbage\r\n\r\n'],
    ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex')],
    ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a NUL in the path', 'GET /\0 HTTP/1.1\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a length that is no number', 'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n'],
    ['a chunk without a size', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ])('gets 400 as a problem: %s, because a sender should see why', async (_what, bytes) => {
    const { handler, events } = echo();
    const { url } = await serveForTest(handler);
    const answers = await exchange(url, bytes);
    expect(answers).toHaveLength(1);
    expectProblem(answers[0], 400);
    expect(events).toEqual([]);
  });

  it('gets 431 when its head is too large, because that is what a sender can change', async () => {
    const { url } = await serveForTest(echo().handler);
    expectProblem((await exchange(url, get(`/${'x'.repeat(20_000)}`)))[0], 431);
    expectProblem((await exchange(url, `GET / HTTP/1.1\r\nX: ${'x'.repeat(200_000)}\r\n\r\n`))[0], 431);
  });

  it.each([
    ['head', 'POST / HTTP/1.1\r\nHost: localhost\r\n'],
    ['body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf'],
  ])('gets 408 when its %s does not arrive in time, because it holds a connection', async (_part, bytes) => {
    const { handler, events } = echo();
    const limits = { headersMs: 200, requestMs: 200, checkMs: 50 };
    const { url } = await serveForTest(handler, { limits });
    const connection = openRaw(url);
    connection.send(bytes);
    expectProblem(parseAnswers(await connection.closed)[0], 408);
    expect(events).toEqual([]);
  });

  it('gets 400 for CONNECT, because this is no proxy', async () => {
    const { url } = await serveForTest(echo().handler);
    expectProblem(
      (await exchange(url, 'CONNECT example.test:443 HTTP/1.1\r\nHost: localhost\r\n\r\n'))[0],
      400,
    );
  });

  it('does not take the server down, whatever the bytes are', async () => {
    const { url } = await serveForTest(echo().handler, { limits: { drainMs: 50 } });
    const starts = [
      '',
      'GET / HTTP/1.1\r\n',
      'POST /webhooks/jira HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 300 }),
        async (start, bytes) => {
          const answers = await exchange(url, Buffer.concat([Buffer.from(start), bytes]));
          expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
    expect((await fetch(url)).status).toBe(200);
  });
});

describe('requests on one connection', () => {
  const slowFirst: HttpHandler = async (event) => {
    if (event.rawPath === '/slow') await new Promise((done) => setTimeout(done, 100));
    return { statusCode: 200, body: event.rawPath };
  };

  it('are answered in their order when sent without waiting, because the client counts on it', async () => {
    const { url } = await serveForTest(slowFirst);
    const body = 'POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody';
    const answers = await exchange(url, `${get('/slow')}${get('/b')}${body}${get('/d')}`);
    expect(answers.map(({ body }) => body)).toEqual(['/slow', '/b', '/body', '/d']);
  });

  it('are answered before nonsense that follows them, because they were whole', async () => {
    const { url } = await serveForTest(slowFirst);
    const answers = await exchange(url, `${get('/slow')}nonsense\r\n\r\n`);
    expect(answers.map(({ status, body }) => [status, body])).toEqual([[200, '/slow']]);
  });

  it('go on after an answer, because a keep-alive connection is cheaper', async () => {
    const { url } = await serveForTest(slowFirst);
    const connection = openRaw(url);
    connection.send(get('/first'));
    await connection.until('/first');
    connection.send(get('/second'));
    await connection.until('/second');
    connection.socket.end();
    expect(parseAnswers(await connection.closed)).toHaveLength(2);
  });

  it('are served as usual when they ask for an upgrade, because a server may ignore it', async () => {
    const { url } = await serveForTest(slowFirst);
    const upgrade =
      'GET /up HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const connection = openRaw(url);
    connection.send(upgrade);
    await connection.until('/up');
    connection.socket.end();
    expect(parseAnswers(await connection.closed).map(({ status }) => status)).toEqual([200]);
  });
});

describe('a fault of ours', () => {
  it('is a 503 that Jira retries, and its message is not logged, because it may quote the payload', async () => {
    const { url, lines } = await serveForTest(async () => {
      throw new TypeError('canary-in-the-message');
    });
    const answer = await fetch(url, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('30');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({
      type: expect.stringMatching(/temporarily-unavailable$/),
      status: 503,
    });
    expect(lines.join('')).toContain('TypeError');
    expect(lines.join('')).not.toContain('canary-in-the-message');
  });

  it('is a 503 when the answer cannot be written, because a header may not hold a line break', async () => {
    const { url } = await serveForTest(async () => ({
      statusCode: 200,
      headers: { 'x-bad': 'a\nb' },
      body: 'x',
    }));
    expect((await fetch(url)).status).toBe(503);
  });
});

describe('the answer', () => {
  it('carries status, headers, cookies and a base64 body, because the gateway would too', async () => {
    const { url } = await serveForTest(async () => ({
      statusCode: 418,
      headers: { 'x-number': 7, 'x-true': true },
      cookies: ['a=1', 'b=2'],
      body: 'AAH/',
      isBase64Encoded: true,
    }));
    const answer = await fetch(url);
    expect(answer.status).toBe(418);
    expect([answer.headers.get('x-number'), answer.headers.get('x-true')]).toEqual(['7', 'true']);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0, 1, 255]);
  });

  it('has no body for HEAD, because HTTP has none there', async () => {
    const { url } = await serveForTest(async () => ({ statusCode: 405, body: 'text' }));
    const connection = openRaw(url);
    connection.socket.end('HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect((await connection.closed).split('\r\n\r\n')).toEqual([
      expect.stringMatching(/^HTTP\/1.1 405 /),
      '',
    ]);
  });
});
