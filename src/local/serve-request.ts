import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LimitFunction } from 'p-limit';
import { describeFault } from '../errors/errors.ts';
import type { HttpHandler } from '../http/dispatch.ts';
import type { HttpResponse } from '../http/response.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { faultAnswer, sendAnswer, sendEarlyAnswer } from './answer.ts';
import type { Connections } from './connections.ts';
import type { RefuseForeign } from './foreign-requests.ts';
import { localContext, toEvent } from './lambda-input.ts';
import { drain, NO_BODY, readBody } from './request-body.ts';

/** What all requests of a server share. */
export type Serving = {
  handler: HttpHandler;
  /** Limits how many requests are handled concurrently. */
  turn: LimitFunction;
  maxBodyBytes: number;
  refuseForeign: RefuseForeign;
  log: Logger;
  clock: Clock;
  /** How much of a refused body is read and discarded, so that its sender can read the answer. */
  drainBytes: number;
  drainMs: number;
  connections: Connections;
  /** Once true, every answer is the last on its connection. */
  closing: boolean;
};

/** Reads one request, has it handled and sends the answer; never rejects. */
export const serveRequest = async (
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  request.on('error', () => {});
  response.on('error', () => {});
  if (!serving.connections.begin(request, response)) return;
  try {
    await respond(serving, request, response);
  } catch (fault) {
    serving.log.error({ fault: describeFault(fault) }, 'the answer could not be written');
    if (response.headersSent) response.destroy();
    else sendAnswer(response, faultAnswer(serving.clock()), true);
  }
};

const respond = async (
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const refused = serving.refuseForeign(request);
  const { gone, bytes, unread } = await readBody(request, refused ? NO_BODY : serving.maxBodyBytes);
  if (gone) return;
  if (unread) serving.connections.doom(request.socket);
  const result = refused ?? (await serving.turn(() => callHandler(serving, request, bytes)));
  if (!unread) return sendAnswer(response, result, serving.closing);
  await sendEarlyAnswer(response, result, () => drain(request, serving.drainBytes, serving.drainMs));
};

/** The handler's answer; if it throws, the fault is logged by name only and answered 503, so that Jira retries. */
const callHandler = async (
  serving: Serving,
  request: IncomingMessage,
  body: Buffer,
): Promise<HttpResponse> => {
  try {
    const event = toEvent(request, body, serving.clock());
    return await serving.handler(event, localContext(event.requestContext.requestId, serving.clock));
  } catch (fault) {
    serving.log.error({ fault: describeFault(fault) }, 'the handler failed');
    return faultAnswer(serving.clock());
  }
};
