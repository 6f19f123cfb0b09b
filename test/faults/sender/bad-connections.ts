import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { headersOf, type Post, postOnce } from './post-once.ts';

const PIECES = 10;
const PAUSE_MS = 15;

const begin = (url: string, source: string, headers: Record<string, string>, body: Buffer) => {
  const outgoing = request(`${url}/webhooks/${source}`, {
    method: 'POST',
    headers: { ...headers, 'Content-Length': body.length },
  });
  outgoing.on('error', () => {});
  return outgoing;
};

/** Sends half a body and cuts the connection; then the whole, as if nothing had been. */
export const hangUpFirst: Post = async (url, outgoing, secret, retry) => {
  const body = Buffer.from(outgoing.body);
  const half = begin(url, outgoing.source, headersOf(outgoing, secret, retry), body);
  await new Promise((written) => half.write(body.subarray(0, body.length / 2), written));
  half.destroy();
  return postOnce(url, outgoing, secret, retry);
};

/** Sends the body piece by piece. */
export const postSlowly: Post = async (url, outgoing, secret, retry) => {
  const body = Buffer.from(outgoing.body);
  const sending = begin(url, outgoing.source, headersOf(outgoing, secret, retry), body);
  const answered = once(sending, 'response');
  const size = Math.ceil(body.length / PIECES);
  for (let at = 0; at < body.length; at += size) {
    sending.write(body.subarray(at, at + size));
    await sleep(PAUSE_MS);
  }
  sending.end();
  try {
    const [message] = await answered;
    return { status: message.statusCode, body: await json(message) };
  } catch {
    return null;
  }
};
