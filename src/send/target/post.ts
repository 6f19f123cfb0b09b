import { once } from 'node:events';
import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction, type TcpSocketConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { describeFault } from '../../errors/errors.ts';
import { hostOf } from '../../platform/target-url.ts';

/** Where to, and what. `addresses`: those that were checked, and no others, are connected to. */
export type Post = {
  url: URL;
  addresses: readonly string[];
  headers: Record<string, string>;
  body: Uint8Array;
};

/** What came back. `status` is null without an answer; `fault`: the code of what ended it before it was whole. */
export type Posted = {
  status: number | null;
  headers: Record<string, string>;
  /** At most 64 KB, as they came: nothing is inflated. */
  body: Buffer;
  /** True where there was more. */
  cut: boolean;
  fault: string | null;
};

const MOST_READ_BYTES = 65_536;

/** The fault of what the signal ended. */
export const TIME_IS_UP = 'TimeoutError';

export const NOTHING: Posted = { status: null, headers: {}, body: Buffer.alloc(0), cut: false, fault: null };

/** One request, over a connection of its own: no redirects, no proxy, no cookies. Never rejects; the signal ends it. */
export const post = async (wanted: Post, signal: AbortSignal): Promise<Posted> => {
  const posted = await request(wanted, signal);
  return posted.fault !== null && signal.aborted ? { ...posted, fault: TIME_IS_UP } : posted;
};

const request = async (wanted: Post, signal: AbortSignal): Promise<Posted> => {
  let outgoing: ClientRequest | undefined;
  try {
    outgoing = start(wanted, signal);
    const response = once(outgoing, 'response', { signal });
    // What fails after an answer, or after the end of the time, is nobody's news.
    outgoing.on('error', () => {});
    outgoing.on('upgrade', refuseUpgrade(outgoing));
    outgoing.end(wanted.body);
    return await readAnswer(await response);
  } catch (fault) {
    return { ...NOTHING, fault: describeFault(fault) };
  } finally {
    outgoing?.destroy();
  }
};

/** To switch protocols is no answer to what was sent; without a listener nobody would tell. */
const refuseUpgrade = (outgoing: ClientRequest) => (incoming: IncomingMessage, socket: Duplex) => {
  socket.destroy();
  outgoing.emit('response', incoming);
};

/** A second address is tried beside the first one when that takes so long. */
const NEXT_ADDRESS_MS = 1_000;

type Options = RequestOptions & Pick<TcpSocketConnectOpts, 'autoSelectFamilyAttemptTimeout'>;

const start = ({ url, addresses, headers, body }: Post, signal: AbortSignal): ClientRequest => {
  const host = hostOf(url);
  const options: Options = {
    method: 'POST',
    host,
    port: url.port,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, 'content-length': String(body.byteLength) },
    lookup: among(addresses),
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    // No connection that was made to another address once, and nothing that the environment says of proxies.
    agent: false,
    signal,
  };
  if (url.protocol === 'http:') return requestHttp(options);
  // The environment may switch the check of certificates off; an address is no name of a server.
  return requestHttps({ ...options, rejectUnauthorized: true, servername: isIP(host) === 0 ? host : '' });
};

/** Answers what was found out before: between the check and the connection a name may have got another address. */
const among = (addresses: readonly string[]): LookupFunction => {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all: wantsAll }, callback) => {
    const [first] = all;
    if (first === undefined) callback(new Error('no address'), '');
    else if (wantsAll) callback(null, all);
    else callback(null, first.address, first.family);
  };
};

const readAnswer = async ([incoming]: IncomingMessage[]): Promise<Posted> => {
  if (incoming === undefined) return NOTHING;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let fault: string | null = null;
  try {
    for await (const chunk of incoming) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_READ_BYTES) break;
    }
  } catch (ended) {
    fault = describeFault(ended);
  }
  return {
    status: incoming.statusCode ?? null,
    headers: headersOf(incoming),
    body: Buffer.concat(chunks).subarray(0, MOST_READ_BYTES),
    cut: bytes > MOST_READ_BYTES,
    fault,
  };
};

const headersOf = ({ headersDistinct }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]),
  );
