import { describe, expect, it } from 'vitest';
import { echo, serveForTest } from './echo-server.ts';
import { exchange } from './raw-http.ts';

/** Sends a request line with headers and body as they are; answers the event the handler got. */
const eventOf = async (head: string[], body = '') => {
  const { handler, events } = echo();
  const { url } = await serveForTest(handler);
  const bytes = Buffer.from(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`, 'latin1');
  const [answer] = await exchange(url, bytes);
  expect(answer?.status).toBe(200);
  expect(events).toHaveLength(1);
  return events[0];
};

describe('the event made of a request', () => {
  it('is an API Gateway payload 2.0, because the same handler runs behind both', async () => {
    const event = await eventOf(
      [
        'POST /webhooks/jira?user_id=a%20b&x=1&x=2 HTTP/1.1',
        'Host: localhost:8080',
        'User-Agent: Jira',
        'Content-Length: 4',
      ],
      'body',
    );
    expect(event).toMatchObject({
      version: '2.0',
      rawPath: '/webhooks/jira',
      rawQueryString: 'user_id=a%20b&x=1&x=2',
      queryStringParameters: { user_id: 'a b', x: '1,2' },
      headers: { host: 'localhost:8080', 'user-agent': 'Jira', 'content-length': '4' },
      body: 'Ym9keQ==',
      isBase64Encoded: true,
      requestContext: {
        http: {
          method: 'POST',
          path: '/webhooks/jira',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'Jira',
        },
      },
    });
    expect(event?.requestContext.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('keeps every repetition of a header, because a dropped one could be the signature that decides', async () => {
    const event = await eventOf([
      'GET / HTTP/1.1',
      'X-Hub-Signature: sha256=aa',
      'x-hub-signature: sha256=bb',
      'Authorization: one',
      'authorization: two',
      '__proto__: x',
    ]);
    expect(event?.headers['x-hub-signature']).toBe('sha256=aa,sha256=bb');
    expect(event?.headers.authorization).toBe('one,two');
    expect(Object.hasOwn(event?.headers ?? {}, '__proto__')).toBe(true);
  });

  it('keeps headers beyond two thousand, because Node drops those silently by default', async () => {
    const many = Array.from({ length: 2_500 }, (_, i) => `${i.toString(36)}:`);
    const event = await eventOf(['GET / HTTP/1.1', ...many, 'X-Hub-Signature: sha256=last']);
    expect(event?.headers['x-hub-signature']).toBe('sha256=last');
  });

  it.each([
    ['/issues/A%2DB', '/issues/A%2DB', ''],
    ['/issues/%zz?limit=%zz', '/issues/%zz', 'limit=%zz'],
    ['/issues/%00', '/issues/%00', ''],
    ['//health', '//health', ''],
    ['/a/../health', '/a/../health', ''],
    ['/health?', '/health', ''],
    ['/health?a?b', '/health', 'a?b'],
    ['http://localhost/health?x=1', '/health', 'x=1'],
    ['HTTP://LOCALHOST', '/', ''],
    ['http://127.0.0.1:1?x', '/', 'x'],
    ['/http://example.test/', '/http://example.test/', ''],
  ])(
    'takes the target %s as path %s and query "%s", because nothing is decoded twice',
    async (target, path, query) => {
      const event = await eventOf([`GET ${target} HTTP/1.1`]);
      expect([event?.rawPath, event?.rawQueryString]).toEqual([path, query]);
    },
  );

  it('takes a query like __proto__=1 as a parameter of that name, because it is only text', async () => {
    const event = await eventOf(['GET /?__proto__=1 HTTP/1.1']);
    expect(Object.entries(event?.queryStringParameters ?? {})).toEqual([['__proto__', '1']]);
  });

  it('carries any bytes unchanged, because the signature is over them', async () => {
    const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
    const event = await eventOf(['POST / HTTP/1.1', 'Content-Length: 256'], all);
    expect(Buffer.from(event?.body ?? '', 'base64').toString('latin1')).toBe(all);
  });

  it('has no body when none was sent, because that is how the gateway says it', async () => {
    const event = await eventOf(['POST / HTTP/1.1', 'Content-Length: 0']);
    expect(event?.isBase64Encoded).toBe(false);
    expect(event).not.toHaveProperty('body');
  });

  it('puts chunks together, because a sender may not know its length', async () => {
    const chunks = ['5\r\nhello\r\n', '1\r\n \r\n', '5\r\nworld\r\n', '0\r\n\r\n'].join('');
    const event = await eventOf(['POST / HTTP/1.1', 'Transfer-Encoding: chunked'], chunks);
    expect(Buffer.from(event?.body ?? '', 'base64').toString()).toBe('hello world');
  });

  it('works without Host and under HTTP/1.0, because neither matters to a delivery', async () => {
    expect((await eventOf(['GET /health HTTP/1.0']))?.requestContext.http.protocol).toBe('HTTP/1.0');
  });

  it('takes a URL of 10,000 characters, because a long query is no fault', async () => {
    const event = await eventOf([`GET /health?x=${'y'.repeat(10_000)} HTTP/1.1`]);
    expect(event?.rawQueryString).toHaveLength(10_002);
  });
});
