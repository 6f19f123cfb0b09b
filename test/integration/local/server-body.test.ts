import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { echo, serveForTest } from './echo-server.ts';
import { exchange, openRaw, parseAnswers } from './raw-http.ts';

const chunked = 'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
const chunk = (bytes: string) => `${bytes.length.toString(16)}\r\n${bytes}\r\n`;

/** Sends a body with an ordinary client that writes all of it before it looks at the answer. */
const post = (url: string, megabytes: number, headers: Record<string, string | number>): Promise<number> =>
  new Promise((done, fail) => {
    const client = request(url, { method: 'POST', headers }, (answer) => {
      answer.resume().on('end', () => done(answer.statusCode ?? 0));
    });
    client.on('error', fail);
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const write = (left: number): void => {
      if (left === 0) client.end();
      else client.write(piece, () => write(left - 1));
    };
    write(megabytes);
  });

describe('a body over the limit', () => {
  it('is answered before any of it arrives when its length is declared, because it is refused unread', async () => {
    const { handler, events } = echo();
    const { url } = await serveForTest(handler, { limits: { drainMs: 100 } });
    const connection = openRaw(url);
    connection.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n');
    const [answer] = parseAnswers(await connection.closed);
    expect(answer?.status).toBe(413);
    expect(answer?.headers.get('connection')).toBe('close');
    expect(events[0]).not.toHaveProperty('body');
  });

  it('is read to one byte beyond the limit when it comes in chunks, because that is enough to know', async () => {
    const { handler, events } = echo();
    const { url } = await serveForTest(handler, { limits: { drainMs: 100 } });
    const connection = openRaw(url);
    connection.send(chunked + chunk('a'.repeat(900)) + chunk('b'.repeat(900)));
    expect(parseAnswers(await connection.closed)[0]?.status).toBe(413);
    expect(Buffer.from(events[0]?.body ?? '', 'base64').toString()).toBe(
      `${'a'.repeat(900)}${'b'.repeat(101)}`,
    );
  });

  it.each([
    ['with its length', { 'content-length': 20 * 1024 * 1024 }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])(
    'lets an ordinary client that sends 20 MB %s read its answer, because a reset would hide it',
    async (_how, headers) => {
      const { url } = await serveForTest(echo().handler);
      expect(await post(url, 20, headers)).toBe(413);
    },
  );

  it('is cut off when it does not end, because what is thrown away is bounded too', async () => {
    const { url } = await serveForTest(echo().handler, {
      limits: { drainBytes: 1024 * 1024, drainMs: 60_000 },
    });
    const connection = openRaw(url);
    connection.send(chunked);
    const piece = chunk('x'.repeat(60_000));
    const flood = setInterval(() => connection.send(piece), 1);
    expect(parseAnswers(await connection.closed)[0]?.status).toBe(413);
    clearInterval(flood);
  });

  it('ends its connection, because what follows it cannot be distinguished from the body', async () => {
    const { handler, events } = echo();
    const { url } = await serveForTest(handler, { limits: { drainMs: 200 } });
    const next = 'GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const large = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\n\r\n${'x'.repeat(2000)}`;
    expect((await exchange(url, large + next)).map(({ status }) => status)).toEqual([413]);
    expect(events.map(({ rawPath }) => rawPath)).toEqual(['/']);
  });
});

describe('a body within the limit', () => {
  it.each([[999], [1000]])(
    'of %i bytes is handed over whole, because the limit itself is allowed',
    async (size) => {
      const { handler, events } = echo();
      const { url } = await serveForTest(handler);
      const answer = await fetch(url, { method: 'POST', body: 'x'.repeat(size) });
      expect(answer.status).toBe(200);
      expect(Buffer.from(events[0]?.body ?? '', 'base64')).toHaveLength(size);
    },
  );

  it('is whole when it comes byte by byte, because a chunk may be of any size', async () => {
    const { handler, events } = echo(200_000);
    const { url } = await serveForTest(handler, { maxBodyBytes: 200_000 });
    const bytes = Array.from({ length: 150_000 }, (_, i) => String(i % 10));
    const [answer] = await exchange(url, `${chunked}${bytes.map(chunk).join('')}0\r\n\r\n`);
    expect(answer?.status).toBe(200);
    expect(Buffer.from(events[0]?.body ?? '', 'base64').toString()).toBe(bytes.join(''));
  });

  it('is not handed over when the client hangs up in the middle, because half a body is none', async () => {
    const { handler, events } = echo();
    const { url } = await serveForTest(handler);
    const connection = openRaw(url);
    connection.send('POST /half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf');
    await sleep(50);
    connection.socket.destroy();
    expect((await fetch(`${url}/after`)).status).toBe(200);
    await sleep(50);
    expect(events.map(({ rawPath }) => rawPath)).toEqual(['/after']);
  });

  it('is not read under GET, because only the answer matters there', async () => {
    const { handler, events } = echo();
    const { url } = await serveForTest(handler);
    const [answer] = await exchange(
      url,
      'GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody',
    );
    expect(answer?.status).toBe(200);
    expect(events[0]).not.toHaveProperty('body');
  });
});

describe('Expect: 100-continue', () => {
  const head = (length: number) =>
    `POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`;

  it('is invited when the body is wanted, because curl waits for it with larger bodies', async () => {
    const { handler, events } = echo();
    const { url } = await serveForTest(handler);
    const connection = openRaw(url);
    connection.send(head(4));
    await connection.until('HTTP/1.1 100 Continue\r\n\r\n');
    connection.send('body');
    expect(parseAnswers(await connection.closed).map(({ status }) => status)).toEqual([100, 200]);
    expect(events[0]?.body).toBe('Ym9keQ==');
  });

  it('is refused without an invitation when the body is too large, because then it is never sent', async () => {
    const { url } = await serveForTest(echo().handler, { limits: { drainMs: 100 } });
    const connection = openRaw(url);
    connection.send(head(5_000));
    expect(parseAnswers(await connection.closed).map(({ status }) => status)).toEqual([413]);
  });

  it('is ignored when it expects something else, because it may be', async () => {
    const { url } = await serveForTest(echo().handler);
    const answers = await exchange(
      url,
      'GET / HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\nConnection: close\r\n\r\n',
    );
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });
});
