import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod/mini';
import { signatureOf } from '../shared/exchange.ts';
import { close, listen } from './listen.ts';

/** A request that the receiver verified: what it is about, and the execution that sent it. */
type Taken = { id: string; about: string };

/** A third-party receiver, which verifies with a Standard Webhooks library. */
export type DemoReceiver = AsyncDisposable & {
  url: string;
  /** The key of its subscription. */
  key: string;
  /** Its own key, base64, for raw bodies signed with `hub-sha256`. */
  own_key: string;
  /** The status that it answers to verified requests. */
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

/** What a body signed with the key is about; null for any other body. */
const verify = (key: string, body: Buffer, headers: Record<string, string>): string | null => {
  try {
    const { type, data } = sent.parse(new Webhook(key).verify(body, headers));
    return data.issue?.issue_key ?? type;
  } catch {
    return null;
  }
};

/** A body whose exact bytes are signed with the key; null for any other. */
const verifyHub = (key: string, body: Buffer, headers: Record<string, string>): string | null => {
  const expected = signatureOf(Buffer.from(key, 'base64'), body);
  return headers['x-hub-signature-256'] === expected ? body.toString() : null;
};
