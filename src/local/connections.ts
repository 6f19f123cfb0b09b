import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../platform/clock.ts';
import { refuseSocket } from './answer.ts';
import { faultCode } from './start-error.ts';

/** Tracks the server's open connections. */
export type Connections = {
  /** Counts a request as in flight until its response is closed; false if the connection takes no more requests. */
  begin(request: IncomingMessage, response: ServerResponse): boolean;
  /** Ignores further requests on the connection, and ends it once those in flight are answered. */
  doom(socket: Socket): void;
  isDoomed(socket: Socket): boolean;
  /** True when a completely received request waits for its answer. */
  awaitsAnswer(socket: Socket): boolean;
  /** From now on, ends every connection as soon as it has no request in flight; idle ones at once. */
  endWhenIdle(): void;
};

/** One client connection. A client may send several requests without waiting for answers (pipelining). */
type Connection = { underWay: Set<IncomingMessage>; doomed: boolean };

/** Tracks the requests in flight on each connection of `server`. */
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

type Refusal = { status: number; detail: string };

/** Node's error codes for requests it could not parse; all others are answered 400. */
const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ['HPE_HEADER_OVERFLOW', { status: 431, detail: 'The request line and headers are too large.' }],
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: 408, detail: 'The request did not arrive in time.' }],
]);

const NO_HTTP: Refusal = { status: 400, detail: 'This is not an HTTP request we can read.' };

/**
 * Answers what Node's parser rejects before there is a request: with a small problem document, never a 5xx. If earlier
 * requests on the connection still wait for their answers, only those are sent.
 */
export const answerClientErrors = (server: Server, connections: Connections, clock: Clock): void => {
  server.on('clientError', (fault: Error, duplex: Duplex) => {
    // Typed as Duplex because of TLS and others; a plain HTTP server has only net sockets.
    const socket = duplex as Socket;
    if (connections.isDoomed(socket)) return;
    connections.doom(socket);
    if (connections.awaitsAnswer(socket)) return;
    const { status, detail } = REFUSALS.get(faultCode(fault)) ?? NO_HTTP;
    refuseSocket(socket, status, detail, clock());
  });
  server.on('connect', (_request, socket: Duplex) => {
    refuseSocket(socket, 400, 'This server is not a proxy.', clock());
  });
};
