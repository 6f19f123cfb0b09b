import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Server as AnyServer } from 'node:net';

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
