import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type HttpResponse, problemResponse } from '../http/response.ts';
import { newRunId } from '../platform/run-id.ts';

/** The answer to a fault of ours: 503, so that the sender retries. */
export const faultAnswer = (nowMs: number): HttpResponse =>
  problemResponse({
    type: 'temporarily-unavailable',
    status: 503,
    detail: 'The request could not be handled now. Retry it later.',
    run_id: newRunId(nowMs),
    received_ms: nowMs,
  });

/** Sends the whole answer; with `close`, it is the last one on the connection. */
export const sendAnswer = (response: ServerResponse, result: HttpResponse, close: boolean): void => {
  response.end(writeHead(response, result, close));
};

/**
 * Writes status and headers and returns the body's bytes, which the caller sends.
 * @throws when the result has a header that cannot be written; nothing is written then.
 */
const writeHead = (response: ServerResponse, result: HttpResponse, close: boolean): Buffer => {
  const bytes = bytesOf(result);
  for (const [name, value] of Object.entries(result.headers ?? {})) response.setHeader(name, String(value));
  if (result.cookies) response.setHeader('set-cookie', result.cookies);
  // A 204 has no Content-Length, not even 0 (RFC 9110, 8.6).
  if (result.statusCode !== 204) response.setHeader('content-length', bytes.length);
  if (close) response.setHeader('connection', 'close');
  response.writeHead(result.statusCode ?? 200);
  return bytes;
};

const bytesOf = (result: HttpResponse): Buffer =>
  Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8');

/** Sends the connection's last answer, but ends it only after `drained`, because the sender is still sending. */
export const sendEarlyAnswer = async (
  response: ServerResponse,
  result: HttpResponse,
  drained: () => Promise<void>,
): Promise<void> => {
  const bytes = writeHead(response, result, true);
  if (bytes.length > 0) response.write(bytes);
  else response.flushHeaders();
  await drained();
  response.end();
};

/** How long the sender of an invalid request may read the answer before the connection is cut (milliseconds). */
const LINGER_MS = 1_000;

/** Answers directly on the socket when there is no parsed request, and closes it. */
export const refuseSocket = (
  socket: Duplex | Socket,
  status: number,
  detail: string,
  nowMs: number,
): void => {
  const run_id = newRunId(nowMs);
  socket.on('error', () => {});
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(rawText(problemResponse({ type: 'bad-request', status, detail, run_id, received_ms: nowMs })));
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(cut));
};

const rawText = (result: HttpResponse): string => {
  const status = result.statusCode ?? 400;
  const headers = Object.entries({
    ...result.headers,
    'content-length': bytesOf(result).length,
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join('')}\r\n${result.body ?? ''}`;
};
