import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { serveForTest } from './echo-server.ts';
import { openRaw } from './raw-http.ts';

/** A handler that takes a moment and notes how many were handled at a time, and in which order. */
const busy = () => {
  const seen = { most: 0, order: [] as string[] };
  let running = 0;
  const handler = async ({ rawPath }: { rawPath: string }) => {
    seen.order.push(rawPath);
    running += 1;
    seen.most = Math.max(seen.most, running);
    await sleep(20);
    running -= 1;
    return { statusCode: 200, body: 'done' };
  };
  return { handler, seen };
};

describe('many requests at once', () => {
  it('are handled a few at a time and all answered, because a database that all share at once serves none in time', async () => {
    const { handler, seen } = busy();
    const { url } = await serveForTest(handler, { limits: { atOnce: 3 } });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => fetch(`${url}/${index}`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(seen.most).toBe(3);
  });

  it('wait first come, first served, because a sender gives up on the one that others overtake', async () => {
    const { handler, seen } = busy();
    const { url } = await serveForTest(handler, { limits: { atOnce: 1 } });
    const sent: Promise<Response>[] = [];
    for (let index = 0; index < 5; index += 1) {
      sent.push(fetch(`${url}/${index}`));
      await sleep(5);
    }
    await Promise.all(sent);
    expect(seen.order).toEqual(['/0', '/1', '/2', '/3', '/4']);
  });

  it('do not wait for a body that is still on its way, because one slow sender would hold a place', async () => {
    const { handler } = busy();
    const { url } = await serveForTest(handler, { limits: { atOnce: 1 } });
    const slow = openRaw(url);
    slow.send('POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\nhalf');
    await sleep(20);
    expect((await fetch(url)).status).toBe(200);
    slow.send('half');
    await slow.until('done');
  });
});
