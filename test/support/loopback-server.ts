import { once } from 'node:events';
import type { Server } from 'node:http';
import { type Server as AnyServer, createServer } from 'node:net';

/** Listens on loopback; port 0 is any free one. Answers the port, so that a stopped server can come back on it. */
export const listen = async (server: AnyServer, port: number): Promise<number> => {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
};

/** Stops listening and cuts every connection; nothing happens when it is stopped already. */
export const stop = async (server: Server): Promise<void> => {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
};

/** A loopback port that is free now; another process may take it before it is used. */
export const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
