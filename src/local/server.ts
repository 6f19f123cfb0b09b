import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { describeFault } from '../errors/errors.ts';
import type { HttpHandler } from '../http/dispatch.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { answerClientErrors, trackConnections } from './connections.ts';
import { refuseForeign } from './foreign-requests.ts';
import { isWanted } from './request-body.ts';
import { type Serving, serveRequest } from './serve-request.ts';
import { faultCode, StartError } from './start-error.ts';

/** Limits in milliseconds, bytes and counts that keep one client from blocking the server. */
const LIMITS = {
  headersMs: 30_000,
  requestMs: 30_000,
  /** How often the two above are checked. */
  checkMs: 5_000,
  /** How much of a refused body is read and discarded, so that its sender can read the answer. */
  drainBytes: 32 * 1024 * 1024,
  drainMs: 2_000,
  /** How long `close` waits for requests in flight. */
  closeMs: 10_000,
  /**
   * Requests handled concurrently; the others queue in order of arrival. With 200 at once, database calls timed out and
   * were retried, and Node, which accepts one connection per turn of its event loop, let some wait for ten seconds.
   */
  atOnce: 16,
};

type Limits = typeof LIMITS;

export type ServeOptions = {
  handler: HttpHandler;
  host: string;
  /** Names under which it may be called, besides `host` and those of this machine. */
  allowedHosts?: readonly string[] | undefined;
  /** 0: any free one. */
  port: number;
  maxBodyBytes: number;
  log: Logger;
  clock?: Clock;
  limits?: Partial<Limits>;
};

export type LocalServer = {
  url: string;
  /** Stops accepting, lets requests in flight finish for a bounded time, then closes every connection. */
  close(): Promise<void>;
};

/**
 * Serves the handler over HTTP as API Gateway would: each request becomes an event, each result a response.
 * @throws StartError when it cannot listen.
 */
export const serve = async (options: ServeOptions): Promise<LocalServer> => {
  const { handler, host, allowedHosts = [], port, maxBodyBytes, log, clock = systemClock } = options;
  const limits = { ...LIMITS, ...options.limits };
  const { drainBytes, drainMs, closeMs } = limits;
  const server = createHttpServer(limits);
  const connections = trackConnections(server);
  const serving = {
    handler,
    turn: pLimit(limits.atOnce),
    maxBodyBytes,
    refuseForeign: refuseForeign(host, allowedHosts, clock),
    log,
    clock,
    drainBytes,
    drainMs,
    connections,
    closing: false,
  };
  answerClientErrors(server, connections, clock);
  const underWay = takeRequests(server, serving);
  await listen(server, host, port);
  server.on('error', (fault) => log.error({ fault: describeFault(fault) }, 'the server has a fault'));
  return { url: urlOf(server, host), close: () => closeServer(server, serving, underWay, closeMs) };
};

const createHttpServer = (limits: Limits): Server => {
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    // Node would answer a missing Host with an empty 400; this server needs no Host.
    requireHostHeader: false,
  });
  // No limit of the count: Node silently drops headers beyond it, perhaps the signature. Their size is limited.
  server.maxHeadersCount = 0;
  // A client may close its side after sending and still read the answer. The option is old, but missing in Node's
  // types.
  return Object.assign(server, { httpAllowHalfOpen: true });
};

/** Answers every request. @returns the set of requests in flight */
const takeRequests = (server: Server, serving: Serving): Set<Promise<void>> => {
  const underWay = new Set<Promise<void>>();
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const work = serveRequest(serving, request, response).finally(() => underWay.delete(work));
    underWay.add(work);
  };
  server.on('request', take);
  server.on('checkContinue', (request, response) => {
    if (!serving.refuseForeign(request) && isWanted(request, serving.maxBodyBytes)) response.writeContinue();
    take(request, response);
  });
  // An unknown expectation may be ignored (RFC 9110, 10.1.1).
  server.on('checkExpectation', take);
  return underWay;
};

const closeServer = async (
  server: Server,
  serving: Serving,
  underWay: Set<Promise<void>>,
  closeMs: number,
): Promise<void> => {
  serving.closing = true;
  const closed = new Promise<void>((done) => server.close(() => done()));
  serving.connections.endWhenIdle();
  const stopWaiting = new AbortController();
  const finished = Promise.all([closed, ...underWay]);
  await Promise.race([finished, sleep(closeMs, null, { signal: stopWaiting.signal })]);
  stopWaiting.abort();
  server.closeAllConnections();
  await closed;
};

/** Starts listening. @throws StartError that names the variable to set. */
export const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((done, fail) => {
    const onError = (fault: Error) => fail(new StartError(explain(faultCode(fault), host, port)));
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      done();
    });
  });

const explain = (code: string, host: string, port: number): string => {
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${host} is taken: set PORT to another one (0: any free one), or stop what uses it`;
  if (code === 'EACCES') return `Port ${port} needs more rights: set PORT to 1024 or higher`;
  return `Cannot listen on HOST ${host}, PORT ${port} (${code}): set HOST to an address of this machine`;
};

/** The URL for clients on this machine: the wildcard address cannot be called, so loopback replaces it. */
export const urlOf = (server: Server, host: string): string => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return host.includes(':') ? `http://[${host}]:${port}` : `http://${host}:${port}`;
};
