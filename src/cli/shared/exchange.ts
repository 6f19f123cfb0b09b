import { createHmac } from 'node:crypto';
import {
  type Agent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { faultCode } from '../../local/start-error.ts';

/** An answer, or the error code of the failure (`ECONNREFUSED`). */
export type Exchange =
  | { kind: 'answered'; status: number; headers: IncomingHttpHeaders; body: string }
  | { kind: 'failed'; code: string };

export type Request = {
  method: string;
  /** Sent as it is: its path is not decoded and encoded again. */
  url: URL;
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array;
  agent?: Agent;
  /** For the whole exchange, including the answer's body. */
  timeout_ms: number;
  /** The answer's body is cut off after this. */
  most_characters?: number;
};

/** Enough for the part of an answer that is shown. */
const SHOWN_CHARACTERS = 64_000;

/** Sends one request. Follows no redirect, never retries, and never throws. */
export const exchange = ({
  method,
  url,
  headers,
  body,
  agent,
  timeout_ms,
  ...limit
}: Request): Promise<Exchange> =>
  new Promise((done) => {
    const signal = AbortSignal.timeout(timeout_ms);
    const failed = (fault: unknown) =>
      done({ kind: 'failed', code: signal.aborted ? 'TIMEOUT' : faultCode(fault) });
    const options = { method, signal, ...(headers && { headers }), ...(agent && { agent }) };
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sending = send(url, options, (response) =>
      readAnswer(response, limit.most_characters ?? SHOWN_CHARACTERS).then(done, failed),
    );
    sending.on('error', failed).end(body);
  });

const readAnswer = async (response: IncomingMessage, most: number): Promise<Exchange> => {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body = (body + chunk).slice(0, most);
  return { kind: 'answered', status: response.statusCode ?? 0, headers: response.headers, body };
};

/** The value of `X-Hub-Signature` as Jira computes it, over the exact bytes of the body. A text secret is UTF-8. */
export const signatureOf = (secret: string | Uint8Array, body: Uint8Array): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
