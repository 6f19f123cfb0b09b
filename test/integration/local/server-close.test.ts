import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { serve } from '../../../src/local/server.ts';
import { echo, serveForTest } from './echo-server.ts';
import { openRaw, parseAnswers } from './raw-http.ts';

/** A handler that answers only when told to. */
const gate = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const handler = async () => {
    entered.resolve();
    await promise;
    return { statusCode: 200, body: 'finished' };
  };
  return { handler, open: resolve, entered: entered.promise };
};

describe('closing the server', () => {
  it('finishes what is under way and refuses what is new, because a delivery in flight is not lost', async () => {
    const { handler, open, entered } = gate();
    const { server, url } = await serveForTest(handler);
    const answer = fetch(url, { method: 'POST', body: '{}' });
    await entered;
    const closed = server.close();
    await expect(fetch(url)).rejects.toThrow();
    open();
    expect(await (await answer).text()).toBe('finished');
    expect((await answer).headers.get('connection')).toBe('close');
    await closed;
  });

  it('lets a body that still arrives come in, because its sender would else have to send it again', async () => {
    const { handler, events } = echo();
    const { server, url } = await serveForTest(handler);
    const connection = openRaw(url);
    connection.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\nhalf');
    await sleep(50);
    const closed = server.close();
    connection.send('half');
    expect(parseAnswers(await connection.closed)[0]?.status).toBe(200);
    expect(events[0]?.body).toBe('aGFsZmhhbGY=');
    await closed;
  });

  it('closes idle and silent connections at once, because nobody waits for an answer there', async () => {
    const { server, url } = await serveForTest(echo().handler, { limits: { closeMs: 60_000 } });
    const silent = openRaw(url);
    const idle = openRaw(url);
    idle.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await idle.until('"isBase64Encoded"');
    await server.close();
    await silent.closed;
    await idle.closed;
  });

  it('does not wait for ever, because a stuck request must not keep the process', async () => {
    const { handler, entered } = gate();
    const { server, url } = await serveForTest(handler, { limits: { closeMs: 100 } });
    const answer = fetch(url).then(
      () => 'answered',
      () => 'cut off',
    );
    await entered;
    await server.close();
    expect(await answer).toBe('cut off');
  });

  it('waits for a handler whose client is gone, because it may be writing', async () => {
    const { handler, open, entered } = gate();
    const { server, url } = await serveForTest(handler, { limits: { closeMs: 60_000 } });
    const connection = openRaw(url);
    connection.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await entered;
    connection.socket.destroy();
    await sleep(20);
    const order: string[] = [];
    const closed = server.close().then(() => order.push('closed'));
    await sleep(50);
    order.push('opened');
    open();
    await closed;
    expect(order).toEqual(['opened', 'closed']);
  });
});

describe('listening', () => {
  it('names the variable to set when the port is taken, because that is what helps', async () => {
    const { url } = await serveForTest(echo().handler);
    const port = Number(new URL(url).port);
    const log = pino({ level: 'silent' });
    const again = serve({ handler: echo().handler, host: '127.0.0.1', port, maxBodyBytes: 1, log });
    await expect(again).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken: set PORT to another one`);
  });

  it('names HOST when the address is not of this machine, because the port is not at fault', async () => {
    const log = pino({ level: 'silent' });
    const there = serve({ handler: echo().handler, host: '192.0.2.1', port: 0, maxBodyBytes: 1, log });
    await expect(there).rejects.toThrow('set HOST to an address of this machine');
  });
});
