import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSocketServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Subscription, Target } from '../../../../src/domain/subscription.ts';
import { UnavailableError } from '../../../../src/errors/errors.ts';
import { systemClock } from '../../../../src/platform/clock.ts';
import type { TargetRules } from '../../../../src/platform/target-url.ts';
import { type SendDeps, sendOnce } from '../../../../src/send/target/send.ts';
import { listen } from '../../../support/loopback-server.ts';
import { subscriptionTo, TEST_MASTERS } from '../../../support/targets.ts';

const PRIVATE: TargetRules = { allow_private: true, own_hosts: [] };

const deps = (differing: Partial<SendDeps> = {}): SendDeps => ({
  masters: TEST_MASTERS,
  rules: PRIVATE,
  resolve: async () => ['127.0.0.1'],
  clock: systemClock,
  ...differing,
});

const message = {
  id: `exe_${'a'.repeat(40)}_${'b'.repeat(22)}`,
  attempt: 3,
  hops: 1,
  body: Buffer.from('{"a":"ü"}'),
  content_type: 'application/json',
};

const open: { close: () => unknown }[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

const started = async (server: Server): Promise<number> => {
  const port = await listen(server, 0);
  open.push({ close: () => [server.close(), server.closeAllConnections()] });
  return port;
};

/** A target that answers so; the port it listens on. */
const target = (answer: RequestListener): Promise<number> => started(createServer(answer));

/** A target that writes these bytes whatever it is sent. */
const speaking = async (speak: (socket: Socket) => unknown): Promise<number> => {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('data', () => speak(socket));
  });
  const port = await listen(server, 0);
  open.push({ close: () => [server.close(), ...[...sockets].map((socket) => socket.destroy())] });
  return port;
};

type Differing = {
  to?: Partial<Target>;
  of?: Partial<Subscription>;
  deps?: Partial<SendDeps>;
  signal?: AbortSignal;
};

const send = async (port: number, differing: Differing = {}) => {
  const subscription = await subscriptionTo(
    { url: `http://target.test:${port}/hook`, ...differing.to },
    differing.of,
  );
  return sendOnce(
    deps(differing.deps),
    subscription,
    message,
    differing.signal ?? new AbortController().signal,
  );
};

describe('one request to a target', () => {
  it('is a POST of the bytes with our headers over those that people chose', async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const port = await target(async (request, response) => {
      seen.push({ request, body: await text(request) });
      response.setHeader('content-type', 'application/json').end('{"done":true}');
    });
    const to = {
      url: `http://target.test:${port}/a/b?c=d`,
      headers: { Authorization: 'Bearer x', accept: 'x/y' },
    };
    const sent = await send(port, { to });
    expect(sent).toMatchObject({
      result: 'ok',
      retry_after_ms: null,
      answer: { status: 200, content_type: 'application/json', body: '{"done":true}', truncated: false },
      stored: { status: 200, error: null, response_body: '{"done":true}' },
    });
    expect(seen).toHaveLength(1);
    const { request, body } = seen[0] ?? {};
    expect(body).toBe('{"a":"ü"}');
    expect(request).toMatchObject({ method: 'POST', url: '/a/b?c=d' });
    expect(request?.headers).toMatchObject({
      host: `target.test:${port}`,
      authorization: 'Bearer x',
      accept: 'x/y',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'content-length': '10',
      'webhook-id': message.id,
      'webhook-attempt': '3',
      'webhook-hops': '1',
    });
  });

  it.each([301, 302, 307, 308])('does not follow a %i, because it may lead anywhere', async (status) => {
    let asked = 0;
    const port = await target((_request, response) => {
      asked += 1;
      response.writeHead(status, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
    });
    expect(await send(port)).toMatchObject({
      result: 'failed',
      stored: { status, error: `answered ${status}: redirects are not followed` },
    });
    expect(asked).toBe(1);
  });

  it('tells a target that is gone from one that fails, because only the first wants nothing any more', async () => {
    const answers = [410, 404, 500, 204];
    const port = await target((_request, response) => response.writeHead(answers.shift() ?? 0).end());
    const results = [await send(port), await send(port), await send(port), await send(port)];
    expect(results.map(({ result, stored }) => [result, stored.error])).toEqual([
      ['gone', 'answered 410'],
      ['failed', 'answered 404'],
      ['failed', 'answered 500'],
      ['ok', null],
    ]);
  });

  it('keeps what a failing target asks to wait, and nothing of one that succeeds', async () => {
    const answers = [429, 200];
    const port = await target((_request, response) =>
      response.writeHead(answers.shift() ?? 0, { 'retry-after': '120' }).end(),
    );
    expect((await send(port)).retry_after_ms).toBe(120_000);
    expect((await send(port)).retry_after_ms).toBeNull();
  });

  it('does not inflate an answer, because a small one may become a huge one', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    expect(bomb.length).toBeLessThan(65_536);
    const port = await target((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' }).end(bomb);
    });
    const { result, answer, stored } = await send(port);
    expect(result).toBe('ok');
    expect(Buffer.byteLength(answer?.body ?? '')).toBeLessThanOrEqual(65_536);
    expect(Buffer.byteLength(stored.response_body ?? '')).toBeLessThanOrEqual(8_192);
  });

  it('reads 64 KB and hangs up, because a target may talk for ever', async () => {
    const ended = Promise.withResolvers<unknown>();
    const port = await target((_request, response) => {
      response.on('close', ended.resolve);
      const talk = (): unknown =>
        !response.destroyed &&
        (response.write('é'.repeat(5_000)) ? setImmediate(talk) : response.once('drain', talk));
      talk();
    });
    const { result, answer, stored } = await send(port);
    await ended.promise;
    expect(result).toBe('ok');
    expect(answer).toMatchObject({ truncated: true, body: 'é'.repeat(32_768) });
    expect(stored.response_body).toBe('é'.repeat(4_096));
  });

  it('keeps at most 4 KB of the headers of an answer', async () => {
    const port = await target((_request, response) => {
      for (let number = 0; number < 10; number += 1) response.setHeader(`x-${number}`, 'v'.repeat(1_000));
      response.end();
    });
    const { stored } = await send(port);
    const bytes = Buffer.byteLength(Object.entries(stored.response_headers).flat().join(''));
    expect(bytes).toBeGreaterThan(3_000);
    expect(bytes).toBeLessThanOrEqual(4_096);
  });

  it('takes bytes that are no text for what can be shown of them, and no more of them for it', async () => {
    const port = await target((_request, response) => response.end(Buffer.alloc(60_000, 0xff)));
    const { answer, stored } = await send(port);
    expect(Buffer.byteLength(answer?.body ?? '')).toBeLessThanOrEqual(65_536);
    expect(Buffer.byteLength(stored.response_body ?? '')).toBeLessThanOrEqual(8_192);
    expect(answer?.truncated).toBe(true);
  });
});

const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('a target that fails', () => {
  const BRIEF = { of: { timeout_seconds: 0.15 } };

  it('by never answering is given up when the time is over', async () => {
    const port = await speaking(() => {});
    expect(await send(port, BRIEF)).toMatchObject({
      result: 'failed',
      answer: null,
      stored: { status: null, error: 'no answer within 0.15 s', response_body: null },
    });
  });

  it.each([
    ['the head', `${HEAD}x-drip: `, null],
    ['the body', `${HEAD}content-length: 100000\r\n\r\n`, 200],
  ])(
    'by dripping %s is given up at the same time, because a byte is no reason to wait longer',
    async (_part, first, status) => {
      const port = await speaking((socket) => {
        socket.write(first);
        const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write('a')), 10);
      });
      const { result, stored } = await send(port, BRIEF);
      expect(result).toBe('failed');
      expect(stored).toMatchObject({ status });
      expect(stored.error).toMatch(/within 0\.15 s$/);
      expect(stored.duration_ms).toBeLessThan(1_500);
    },
  );

  it('by a name that takes too long to resolve is given up at the same time', async () => {
    const sent = await send(9_999, { ...BRIEF, deps: { resolve: () => new Promise(() => {}) } });
    expect(sent).toMatchObject({
      result: 'failed',
      stored: { status: null, error: 'no answer within 0.15 s' },
    });
  });

  it.each([
    ['hangs up', '', 'the connection ended before an answer'],
    ['speaks something else', 'SSH-2.0-OpenSSH_9.6\r\n', 'the answer is no HTTP'],
    ['says no length that is one', `${HEAD}content-length: many\r\n\r\n`, 'the answer is no HTTP'],
    ['sends headers without end', `${HEAD}${'x: y\r\n'.repeat(20_000)}`, 'the answer is no HTTP'],
  ])('by an answer that %s is told from others', async (_what, bytes, words) => {
    const port = await speaking((socket) => socket.end(bytes));
    const { result, stored } = await send(port);
    expect(result).toBe('failed');
    expect(stored.status).toBeNull();
    expect(stored.error).toContain(words);
  });

  it.each([
    ['promises more than it sends', `${HEAD}content-length: 10\r\n\r\nabc`],
    ['breaks off a chunk', `${HEAD}transfer-encoding: chunked\r\n\r\nff\r\nabc`],
  ])('by a success that %s has not succeeded, because its answer is the result', async (_what, bytes) => {
    const port = await speaking((socket) => socket.end(bytes));
    const { result, stored } = await send(port);
    expect({ result, status: stored.status }).toEqual({ result: 'failed', status: 200 });
    expect(stored.error).toBe('answered 200, but the connection ended before the answer did');
  });

  it('by switching protocols is answered like any other', async () => {
    const port = await speaking((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    );
    expect((await send(port)).stored).toMatchObject({
      status: 101,
      error: 'answered 101: other protocols are not spoken',
    });
  });

  it('by resetting the connection in the middle says so', async () => {
    const port = await speaking((socket) => socket.resetAndDestroy());
    expect((await send(port)).stored.error).toContain('the connection ended before an answer');
  });

  it('by nobody listening says so', async () => {
    const server = createServer();
    const port = await listen(server, 0);
    server.close();
    expect((await send(port)).stored.error).toBe('the connection was refused (ECONNREFUSED)');
  });

  it('tells nothing when it is us who end it, because nothing is known then', async () => {
    const port = await speaking(() => stopping.abort(new Error('we stop')));
    const stopping = new AbortController();
    await expect(send(port, { signal: stopping.signal })).rejects.toThrow('we stop');
  });
});

describe('what is ours and cannot be had', () => {
  it.each(['missing', 'unavailable'] as const)(
    'is no failure of the target: the master is %s',
    async (why) => {
      const masters = { masterOf: async () => why, newest: async () => why };
      await expect(send(9_999, { deps: { masters } })).rejects.toThrow(UnavailableError);
    },
  );

  it('is no failure either where the target was sealed for another row', async () => {
    const other = await subscriptionTo({ url: 'https://other.example.com/' });
    await expect(send(9_999, { of: { target: other.target } })).rejects.toThrow(UnavailableError);
  });
});

describe('a target that shows its request', () => {
  it('does not make us show its URL and headers, because they hold tokens', async () => {
    const port = await target(async (request, response) => {
      const body = JSON.stringify({ url: request.url, headers: request.headers }).replaceAll('/', '\\/');
      response
        .writeHead(200, { 'x-url': request.url, 'x-authorization': request.headers.authorization })
        .end(body);
    });
    const path = '/services/T0/c2VjcmV0LXNlY3JldC1zZWNyZXQ?sig=very-secret%2Fsig';
    const to = {
      url: `http://target.test:${port}${path}`,
      headers: { authorization: 'Bearer "a"/token-nobody-knows' },
    };
    const sent = await send(port, { to });
    expect(sent.result).toBe('ok');
    const shown = JSON.stringify(sent);
    expect(shown).toContain('[hidden]');
    for (const secret of ['token-nobody-knows', 'c2VjcmV0', 'very-secret'])
      expect(shown).not.toContain(secret);
  });

  it('does not make us show a part of its query either, in the form in which it was sent', async () => {
    const port = await target((request, response) => {
      response.end(`not for ${/sig=([^&]*)/.exec(request.url ?? '')?.[1]}`);
    });
    const url = `http://target.test:${port}/hook?a=1&sig=very-secret%2Bsig%3D&b=2`;
    expect((await send(port, { to: { url } })).stored.response_body).toBe('not for [hidden]');
  });
});
