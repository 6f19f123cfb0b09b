import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod/mini';
import { signatureOf } from '../shared/exchange.ts';
import { close, listen } from './listen.ts';

/** A request that the receiver's library took: what it is about, and which execution sent it. */
type Taken = { id: string; about: string };

/** A receiver of others, who verify with a library of Standard Webhooks. */
export type DemoReceiver = AsyncDisposable & {
  url: string;
  /** The key that it was given. */
  key: string;
  /** The key that it has itself, base64: what is signed with it is taken as it is. */
  own_key: string;
  /** What it answers to what it could verify. */
  answers: number;
  taken: Taken[];
};

const sent = z.object({
  type: z.string(),
  data: z.object({ issue: z.optional(z.nullable(z.object({ issue_key: z.nullable(z.string()) }))) }),
});

export const startDemoReceiver = async (): Promise<DemoReceiver> => {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const about = verifyHub(receiver.own_key, body, headers) ?? verify(receiver.key, body, headers);
    if (about === null) return response.writeHead(401).end();
    if (receiver.answers < 300) receiver.taken.push({ id: headers['webhook-id'] ?? '', about });
    return response.writeHead(receiver.answers).end();
  });
  const receiver: DemoReceiver = {
    ...{ url: await listen(server), answers: 204, taken: [] },
    ...{ key: '', own_key: randomBytes(32).toString('base64') },
    [Symbol.asyncDispose]: () => close(server),
  };
  return receiver;
};

/** What a body that is signed with the key is about; null for any other. */
const verify = (key: string, body: Buffer, headers: Record<string, string>): string | null => {
  try {
    const { type, data } = sent.parse(new Webhook(key).verify(body, headers));
    return data.issue?.issue_key ?? type;
  } catch {
    return null;
  }
};

/** A body whose very bytes are signed with the key; null for any other. */
const verifyHub = (key: string, body: Buffer, headers: Record<string, string>): string | null => {
  const expected = signatureOf(Buffer.from(key, 'base64'), body);
  return headers['x-hub-signature-256'] === expected ? body.toString() : null;
};
