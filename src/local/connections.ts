import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** One client connection. A client may send several requests without waiting for answers (pipelining). */
type Connection = { underWay: Set<IncomingMessage>; doomed: boolean };

/** What the server knows of its open connections. */
export type Connections = {
  /** Counts a request until its response is out; false when the connection has had its last answer. */
  begin(request: IncomingMessage, response: ServerResponse): boolean;
  /** No request after those under way is looked at, and then the connection ends. */
  doom(socket: Socket): void;
  isDoomed(socket: Socket): boolean;
  /** True when a request that has arrived whole waits for its answer. */
  awaitsAnswer(socket: Socket): boolean;
  /** From now on every connection ends as soon as nothing is under way on it; idle ones now. */
  endWhenIdle(): void;
};

/** Keeps track of what is under way on each connection of `server`. */
export const trackConnections = (server: Server): Connections => {
  const open = new Map<Socket, Connection>();
  let ending = false;
  const of = (socket: Socket): Connection => open.get(socket) ?? { underWay: new Set(), doomed: true };
  const endIfIdle = (socket: Socket, { underWay, doomed }: Connection): void => {
    if (underWay.size === 0 && (ending || doomed)) socket.destroySoon();
  };
  server.on('connection', (socket: Socket) => {
    open.set(socket, { underWay: new Set(), doomed: false });
    socket.once('close', () => open.delete(socket));
  });
  return {
    begin: (request, response) => {
      const connection = of(request.socket);
      if (connection.doomed) return false;
      connection.underWay.add(request);
      response.once('close', () => {
        connection.underWay.delete(request);
        endIfIdle(request.socket, connection);
      });
      return true;
    },
    doom: (socket) => {
      of(socket).doomed = true;
    },
    isDoomed: (socket) => of(socket).doomed,
    awaitsAnswer: (socket) => [...of(socket).underWay].some((request) => request.complete),
    endWhenIdle: () => {
      ending = true;
      for (const [socket, connection] of open) endIfIdle(socket, connection);
    },
  };
};
