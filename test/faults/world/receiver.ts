import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen, stop } from '../../support/loopback-server.ts';
import { readAll } from '../../support/read-all.ts';

/** What becomes of a request. `taken`: it is taken in, and the connection is cut before it is answered. */
export type Reply =
  | 'ok'
  | 'hang'
  | 'reset'
  | 'rubbish'
  | 'taken'
  | { late_ms: number }
  | { status: number; headers?: Record<string, string> };

/** A target that takes in each `webhook-id` once, however often it comes. */
export type Receiver = AsyncDisposable & {
  url: string;
  /** How often each id came that was taken in. */
  taken: ReadonlyMap<string, number>;
  /** How often it did not simply answer. */
  struck(): number;
  /** Decides what becomes of the requests that follow. */
  answer(reply: () => Reply): void;
  /** Nobody listens, until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
};

export const openReceiver = async (): Promise<Receiver> => {
  const taken = new Map<string, number>();
  let reply: () => Reply = () => 'ok';
  let struck = 0;
  const take = ({ headers }: IncomingMessage): void => {
    const id = String(headers['webhook-id']);
    taken.set(id, (taken.get(id) ?? 0) + 1);
  };
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    await readAll(request);
    const given = reply();
    if (given !== 'ok') struck += 1;
    if (given === 'ok' || given === 'taken' || (typeof given === 'object' && 'late_ms' in given))
      take(request);
    await end(given, request, response);
  };
  // Who asked may be killed meanwhile.
  const server = createServer((request, response) => void receive(request, response).catch(() => {}));
  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    taken,
    struck: () => struck,
    answer: (next) => {
      reply = next;
    },
    down: () => stop(server),
    up: async () => void (await listen(server, port)),
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await stop(server);
    },
  };
};

const end = async (reply: Reply, { socket }: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (reply === 'hang') return;
  if (reply === 'reset' || reply === 'taken') return void socket.resetAndDestroy();
  if (reply === 'rubbish') return void socket.end('no answer of any kind\r\n\r\n');
  if (reply === 'ok') return void response.end('taken in');
  if ('late_ms' in reply) await sleep(reply.late_ms);
  const { status = 200, headers = {} } = 'status' in reply ? reply : {};
  response.writeHead(status, headers).end();
};
