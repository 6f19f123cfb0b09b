import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { faultCode } from '../../local/start-error.ts';
import type { Headers } from './headers.ts';

/** An answer, or the code of what kept it from coming (`ECONNREFUSED`). */
export type Reply =
  | { kind: 'answered'; status: number; retry_after: string | undefined; body: string }
  | { kind: 'failed'; code: string };

/** Jira waits 20 s for an answer. */
const ANSWER_MS = 20_000;

/** More of an answer than this is not kept. */
const MOST_CHARACTERS = 64_000;

export type Post = (headers: Headers, body: Buffer) => Promise<Reply>;

const readAnswer = async (response: IncomingMessage): Promise<Reply> => {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body = (body + chunk).slice(0, MOST_CHARACTERS);
  const status = response.statusCode ?? 0;
  return { kind: 'answered', status, retry_after: response.headers['retry-after'], body };
};

/** Sends bodies to one address, over connections that stay open; never throws. */
export const createPost = (url: URL, connections: number): Post => {
  const isTls = url.protocol === 'https:';
  const send = isTls ? httpsRequest : httpRequest;
  const agent = new (isTls ? TlsAgent : Agent)({ keepAlive: true, maxSockets: connections });
  return (headers, body) =>
    new Promise((done) => {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const failed = (fault: unknown) =>
        done({ kind: 'failed', code: signal.aborted ? 'TIMEOUT' : faultCode(fault) });
      const options: RequestOptions = { method: 'POST', agent, headers, signal };
      const sending = send(url, options, (response) => readAnswer(response).then(done, failed));
      sending.on('error', failed).end(body);
    });
};
