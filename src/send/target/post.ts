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

/** One request. `addresses`: the checked addresses; no others are connected to. */
export type Post = {
  url: URL;
  addresses: readonly string[];
  headers: Record<string, string>;
  body: Uint8Array;
};

/** What came back. `status`: null without an answer; `fault`: the code of what ended it before it was complete. */
export type Posted = {
  status: number | null;
  headers: Record<string, string>;
  /** At most 64 KB, as received: not decompressed. */
  body: Buffer;
  /** True if there was more. */
  cut: boolean;
  fault: string | null;
};

const MOST_READ_BYTES = 65_536;

/** The fault of a request that the signal ended. */
export const TIME_IS_UP = 'TimeoutError';

export const NOTHING: Posted = { status: null, headers: {}, body: Buffer.alloc(0), cut: false, fault: null };

/** Sends one request over a new connection: no redirects, proxy or cookies. Never rejects; the signal ends it. */
export const post = async (wanted: Post, signal: AbortSignal): Promise<Posted> => {
  const posted = await request(wanted, signal);
  return posted.fault !== null && signal.aborted ? { ...posted, fault: TIME_IS_UP } : posted;
};

const request = async (wanted: Post, signal: AbortSignal): Promise<Posted> => {
  let outgoing: ClientRequest | undefined;
  try {
    outgoing = start(wanted, signal);
    const response = once(outgoing, 'response', { signal });
    // Errors after an answer, or after the timeout, no longer matter.
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

/** Treats a switch of protocols as an answer that fails; without a listener it would not be reported. */
const refuseUpgrade = (outgoing: ClientRequest) => (incoming: IncomingMessage, socket: Duplex) => {
  socket.destroy();
  outgoing.emit('response', incoming);
};

/** After this time without a connection, the next address is tried. */
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
    // No reuse of a connection to an address that was checked earlier, and no proxy settings of the environment.
    agent: false,
    signal,
  };
  if (url.protocol === 'http:') return requestHttp(options);
  // The environment could switch certificate checks off; an IP address is not valid as a server name.
  return requestHttps({ ...options, rejectUnauthorized: true, servername: isIP(host) === 0 ? host : '' });
};

/** A lookup that returns the checked addresses: the name may resolve to another one between check and connection. */
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
