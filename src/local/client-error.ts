import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../platform/clock.ts';
import { refuseSocket } from './answer.ts';
import type { Connections } from './connections.ts';
import { faultCode } from './start-error.ts';

type Refusal = { status: number; detail: string };

const NO_HTTP: Refusal = { status: 400, detail: 'This is not an HTTP request we can read.' };

/** Node's codes for what it could not read; all others are a plain 400. */
const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ['HPE_HEADER_OVERFLOW', { status: 431, detail: 'The request line and headers are too large.' }],
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: 408, detail: 'The request did not arrive in time.' }],
]);

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
    refuseSocket(socket, 400, 'This server is no proxy.', clock());
  });
};
