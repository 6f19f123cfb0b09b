import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../platform/clock.ts';
import { refuseSocket } from './answer.ts';
import { faultCode } from './start-error.ts';

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

/** One client connection. A client may send several requests without waiting for answers (pipelining). */
type Connection = { underWay: Set<IncomingMessage>; doomed: boolean };

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

type Refusal = { status: number; detail: string };

/** Node's codes for what it could not read; all others are a plain 400. */
const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ['HPE_HEADER_OVERFLOW', { status: 431, detail: 'The request line and headers are too large.' }],
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: 408, detail: 'The request did not arrive in time.' }],
]);

const NO_HTTP: Refusal = { status: 400, detail: 'This is not an HTTP request we can read.' };

/**
 * Answers what Node's parser refuses before there is a request: a small problem, never a 5xx. Answers that
 * earlier requests on the connection wait for go out first and undisturbed.
 */
export const answerClientErrors = (server: Server, connections: Connections, clock: Clock): void => {
  server.on('clientError', (fault: Error, duplex: Duplex) => {
    // Typed as Duplex for TLS and others; a plain HTTP server has net sockets only.
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
