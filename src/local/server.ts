import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeFault } from '../errors/errors.ts';
import type { HttpHandler } from '../handlers/dispatch.ts';
import type { HttpResponse } from '../http/response.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { faultAnswer, sendAnswer, sendEarlyAnswer } from './answer.ts';
import { answerClientErrors } from './client-error.ts';
import { type Connections, trackConnections } from './connections.ts';
import { toEvent } from './http-event.ts';
import { localContext } from './lambda-context.ts';
import { listen, urlOf } from './listen.ts';
import { drain, isWanted, readBody } from './request-body.ts';

/** Milliseconds and bytes that keep one client from holding the server. */
export type Limits = {
  headersMs: number;
  requestMs: number;
  /** How often the two above are looked at. */
  checkMs: number;
  /** What is thrown away of a body that was refused, so that its sender can read the answer. */
  drainBytes: number;
  drainMs: number;
  /** How long `close` waits for what is under way. */
  closeMs: number;
};

const LIMITS: Limits = {
  headersMs: 30_000,
  requestMs: 30_000,
  checkMs: 5_000,
  drainBytes: 32 * 1024 * 1024,
  drainMs: 2_000,
  closeMs: 10_000,
};

export type ServeOptions = {
  handler: HttpHandler;
  host: string;
  /** 0: any free one. */
  port: number;
  maxBodyBytes: number;
  log: Logger;
  clock?: Clock;
  limits?: Partial<Limits>;
};

export type LocalServer = {
  url: string;
  /** Stops accepting, lets what is under way finish for a bounded time, then closes every connection. */
  close(): Promise<void>;
};

type Context = ServeOptions & { clock: Clock; limits: Limits; connections: Connections; closing: boolean };

/** The handler's answer; a fault it throws is logged by name only and answered 503, so that Jira retries. */
const callHandler = async (
  context: Context,
  request: IncomingMessage,
  body: Buffer,
): Promise<HttpResponse> => {
  try {
    const event = toEvent(request, body, context.clock());
    return await context.handler(event, localContext(event.requestContext.requestId, context.clock));
  } catch (fault) {
    context.log.error({ fault: describeFault(fault) }, 'the handler failed');
    return faultAnswer(context.clock());
  }
};

const respond = async (
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { connections, limits } = context;
  const { gone, bytes, unread } = await readBody(request, context.maxBodyBytes);
  if (gone) return;
  if (unread) connections.doom(request.socket);
  const result = await callHandler(context, request, bytes);
  if (!unread) return sendAnswer(response, result, context.closing);
  await sendEarlyAnswer(response, result, () => drain(request, limits.drainBytes, limits.drainMs));
};

const handle = async (
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  request.on('error', () => {});
  response.on('error', () => {});
  if (!context.connections.begin(request, response)) return;
  try {
    await respond(context, request, response);
  } catch (fault) {
    context.log.error({ fault: describeFault(fault) }, 'the answer could not be written');
    if (response.headersSent) response.destroy();
    else sendAnswer(response, faultAnswer(context.clock()), true);
  }
};

const createHttpServer = (limits: Limits): Server => {
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    // Node's own answer to a missing Host is an empty 400; ours needs no Host.
    requireHostHeader: false,
  });
  // Beyond a count Node drops headers silently, and one of them could be the signature. Their size is limited.
  server.maxHeadersCount = 0;
  // A client may close its side once it has sent everything and still read the answer. Node has this switch
  // since its early days, only its types do not.
  return Object.assign(server, { httpAllowHalfOpen: true });
};

const listenForRequests = (server: Server, context: Context): Set<Promise<void>> => {
  const underWay = new Set<Promise<void>>();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const work = handle(context, request, response).finally(() => underWay.delete(work));
    underWay.add(work);
  };
  server.on('request', onRequest);
  server.on('checkContinue', (request, response) => {
    if (isWanted(request, context.maxBodyBytes)) response.writeContinue();
    onRequest(request, response);
  });
  // An expectation we do not know may be ignored (RFC 9110, 10.1.1).
  server.on('checkExpectation', onRequest);
  return underWay;
};

const closeServer = async (server: Server, context: Context, underWay: Set<Promise<void>>): Promise<void> => {
  context.closing = true;
  const closed = new Promise<void>((done) => server.close(() => done()));
  context.connections.endWhenIdle();
  const stopWaiting = new AbortController();
  const finished = Promise.all([closed, ...underWay]);
  await Promise.race([finished, sleep(context.limits.closeMs, null, { signal: stopWaiting.signal })]);
  stopWaiting.abort();
  server.closeAllConnections();
  await closed;
};

/**
 * Serves the handler over HTTP as API Gateway would: each request becomes an event, each result a response.
 * @throws StartError when it cannot listen.
 */
export const serve = async (options: ServeOptions): Promise<LocalServer> => {
  const limits = { ...LIMITS, ...options.limits };
  const server = createHttpServer(limits);
  const connections = trackConnections(server);
  const context = { ...options, clock: options.clock ?? systemClock, limits, connections, closing: false };
  answerClientErrors(server, connections, context.clock);
  const underWay = listenForRequests(server, context);
  await listen(server, options.host, options.port);
  server.on('error', (fault) => context.log.error({ fault: describeFault(fault) }, 'the server has a fault'));
  return { url: urlOf(server, options.host), close: () => closeServer(server, context, underWay) };
};
