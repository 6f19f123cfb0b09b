import { describe, expect, it } from 'vitest';
import { echo, serveForTest } from './echo-server.ts';
import { exchange, openRaw } from './raw-http.ts';

const end = 'Connection: close\r\n\r\n';

/** What a server answers to a request line and headers, and whether its handler saw it. */
const ask = async (
  lines: string[],
  options: { host?: string; allowedHosts?: string[] } = {},
): Promise<{ status: number | undefined; body: string; seen: boolean }> => {
  const { handler, events } = echo();
  const { url } = await serveForTest(handler, options);
  const [answer] = await exchange(url, `${lines.join('\r\n')}\r\n${end}`);
  return { status: answer?.status, body: answer?.body ?? '', seen: events.length > 0 };
};

const withHost = (host: string) => ['GET /health HTTP/1.1', `Host: ${host}`];

describe('the Host a request is for', () => {
  it.each([
    'localhost',
    'LocalHost:8080',
    'localhost.',
    'localhost:',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.255.3.4:8080',
    '127.1',
    '[::1]:8080',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]:8080',
  ])('may be this machine: %s, on any port, because it may be forwarded', async (host) => {
    expect(await ask(withHost(host))).toMatchObject({ status: 200, seen: true });
  });

  it.each([
    'evil.test',
    'evil.test:8080',
    'localhost.evil.test',
    'evil.localhost',
    '127.0.0.1.evil.test',
    '127.0.0.1.nip.io:8080',
    '1127.0.0.1',
    '128.0.0.1',
    '10.0.0.1',
    '0.0.0.0',
    '[::]',
    '[2001:db8::1]',
    '[::ffff:10.0.0.1]',
    '169.254.169.254',
    'localhost@evil.test',
    'evil.test@localhost',
    'localhost/evil',
    'localhost#evil.test',
    'localhost, evil.test',
    'localhost evil.test',
    'xn--localhost-x',
    '%6cocalhost',
    'localhost..',
    '',
    '*',
  ])('is refused when it is another: "%s", because a page may have pointed that name here', async (host) => {
    const { status, body, seen } = await ask(withHost(host));
    expect({ status, seen }).toEqual({ status: 421, seen: false });
    expect(JSON.parse(body)).toMatchObject({
      type: 'urn:jira-webhook-sync:problem:misdirected',
      status: 421,
      detail: expect.stringContaining('ALLOWED_HOSTS'),
    });
    expect(body).not.toContain('evil');
  });

  it.each([
    [['GET http://evil.test/health HTTP/1.1', 'Host: localhost'], 421],
    [['GET http://localhost/health HTTP/1.1', 'Host: evil.test'], 421],
    [['GET HTTPS://EVIL.test:443 HTTP/1.1', 'Host: localhost'], 421],
    [['GET http://localhost@evil.test/ HTTP/1.1', 'Host: localhost'], 421],
    [['GET ws://evil.test/ HTTP/1.1', 'Host: localhost'], 421],
    [['GET http://evil.test/health HTTP/1.0'], 421],
    [['GET http://127.0.0.1:8080/health HTTP/1.1', 'Host: localhost'], 200],
    [['GET /health?x=http://evil.test/ HTTP/1.1', 'Host: localhost'], 200],
  ])(
    'is also in an absolute target: %j gets %i, because a proxy is asked that way',
    async (lines, status) => {
      expect((await ask(lines)).status).toBe(status);
    },
  );

  it('is refused when it comes twice, because others may have judged the other one', async () => {
    const twice = ['GET /health HTTP/1.1', 'Host: localhost', 'hOST: evil.test'];
    expect((await ask(twice)).status).toBe(421);
    expect((await ask(['GET / HTTP/1.1', 'Host: localhost', 'Host: localhost'])).status).toBe(421);
  });

  it.each(['POST', 'PUT', 'OPTIONS', 'DELETE', 'PATCH'])(
    'is looked at for %s too, because the method changes nothing in who asks',
    async (method) => {
      expect(await ask([`${method} /webhooks/jira HTTP/1.1`, 'Host: evil.test'])).toMatchObject({
        status: 421,
        seen: false,
      });
    },
  );

  it('is judged before the body is asked for or read, because nobody needs it', async () => {
    const { handler, events } = echo();
    const { url } = await serveForTest(handler, { limits: { drainMs: 50 } });
    const connection = openRaw(url);
    connection.send(
      'POST / HTTP/1.1\r\nHost: evil.test\r\nExpect: 100-continue\r\nContent-Length: 500\r\n\r\n',
    );
    const answer = await connection.closed;
    expect(answer).toMatch(/^HTTP\/1\.1 421 /);
    expect(events).toEqual([]);
  });

  it('may be one of ALLOWED_HOSTS, in any case, because a tunnel brings its own name', async () => {
    const allowedHosts = ['abc.Tunnel.example', '[2001:db8::5]'];
    for (const host of ['ABC.tunnel.example:443', 'abc.tunnel.example.', '[2001:db8:0::5]', 'localhost'])
      expect((await ask(withHost(host), { allowedHosts })).status).toBe(200);
    expect((await ask(withHost('b.tunnel.example'), { allowedHosts })).status).toBe(421);
  });

  it('is judged on loopback however HOST was set, because a page reaches 0.0.0.0 there', async () => {
    expect((await ask(withHost('evil.test'), { host: '0.0.0.0' })).status).toBe(421);
    expect((await ask(withHost('127.0.0.1'), { host: '0.0.0.0' })).status).toBe(200);
    expect((await ask(withHost('localhost:1'), { host: 'localhost' })).status).toBe(200);
  });
});

const ofPage = (site: string, mode: string, dest: string, method = 'GET') => [
  `${method} /issues/ABC-1 HTTP/1.1`,
  'Host: localhost:8080',
  `Sec-Fetch-Site: ${site}`,
  `Sec-Fetch-Mode: ${mode}`,
  `Sec-Fetch-Dest: ${dest}`,
];

describe('a web page', () => {
  it.each([
    ['cross-site', 'no-cors', 'empty'],
    ['cross-site', 'no-cors', 'script'],
    ['cross-site', 'cors', 'empty'],
    ['same-site', 'no-cors', 'image'],
    ['cross-site', 'navigate', 'iframe'],
    ['cross-site', 'navigate', 'object'],
    ['cross-site', 'websocket', 'websocket'],
    ['cross-site', 'navigate', 'document', 'POST'],
    ['anything-new', 'no-cors', 'empty'],
  ])(
    'of another origin gets 403 for %s %s %s, because load and error events reveal what is there',
    async (...of) => {
      const { status, body, seen } = await ask(ofPage(...(of as [string, string, string])));
      expect({ status, seen }).toEqual({ status: 403, seen: false });
      expect(JSON.parse(body).type).toMatch(/:cross-site$/);
    },
  );

  it.each([
    ['none', 'navigate', 'document'],
    ['same-origin', 'cors', 'empty'],
    ['cross-site', 'navigate', 'document'],
  ])('is answered for %s %s %s, because a person opened it', async (...of) => {
    expect((await ask(ofPage(...(of as [string, string, string])))).status).toBe(200);
  });
});
