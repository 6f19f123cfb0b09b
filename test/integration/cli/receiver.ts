import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { readAll } from '../../support/read-all.ts';

type Request = { method: string; url: string; headers: IncomingHttpHeaders; body: Buffer };

type Answer = { status: number; headers?: Record<string, string>; body?: object };

export type Receiver = {
  url: string;
  requests: Request[];
  /** The most requests that were under way together. */
  most: () => number;
  close(): Promise<void>;
};

/**
 * A server that keeps what it gets, byte for byte, and answers as told; `answer` gets the request's number.
 * Nothing is answered before `together` requests have come.
 */
export const startReceiver = async (
  answer: (index: number) => Answer | 'hang up',
  together = 1,
): Promise<Receiver> => {
  const enough = Promise.withResolvers<void>();
  const requests: Request[] = [];
  let underWay = 0;
  let most = 0;
  const server = createServer(async (request, response) => {
    underWay += 1;
    most = Math.max(most, underWay);
    const body = await readAll(request);
    const { method = '', url = '', headers } = request;
    const told = answer(requests.push({ method, url, headers, body }) - 1);
    if (requests.length >= together) enough.resolve();
    await enough.promise;
    underWay -= 1;
    if (told === 'hang up') return void request.socket.destroy();
    response.writeHead(told.status, told.headers ?? {}).end(JSON.stringify(told.body ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${port}`, requests, most: () => most, close };
};
