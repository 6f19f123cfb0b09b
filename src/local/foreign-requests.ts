import type { IncomingMessage } from 'node:http';
import { type HttpResponse, problemResponse } from '../http/response.ts';
import type { Clock } from '../platform/clock.ts';
import { newRunId } from '../platform/run-id.ts';

/** The refusal of a request that is not for this server, or comes from a web page of another site; else null. */
export type RefuseForeign = (request: IncomingMessage) => HttpResponse | null;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/;

const MISDIRECTED =
  'This server answers to localhost, to loopback addresses and to HOST. Behind a tunnel or proxy: set ALLOWED_HOSTS to the name it is called by, or let it send the header Host: localhost.';

const CROSS_SITE = 'Requests from web pages of other sites are not answered.';

/**
 * Keeps web pages away from a server that has no authentication. A page whose own host name resolves to 127.0.0.1 (DNS
 * rebinding) has the same origin as the server, and only `Host` reveals it: on loopback, `Host` must be a name of this
 * machine, `host` or one of `allowed`, with any port. On other addresses this is checked only if `allowed` is not
 * empty, because only the owner knows the names that lead there.
 */
export const refuseForeign = (host: string, allowed: readonly string[], clock: Clock): RefuseForeign => {
  const names = new Set([bracketed(host), ...allowed].map(nameOf));
  const isOurs = (name: string | null, called: string | null): boolean =>
    name !== null && (LOOPBACK.test(name) || names.has(name) || name === called);
  const refuse = (type: 'misdirected' | 'cross-site', status: number, detail: string) => {
    const received_ms = clock();
    return problemResponse({ type, status, detail, run_id: newRunId(received_ms), received_ms });
  };
  return (request) => {
    const called = nameOf(bracketed(request.socket.localAddress ?? '127.0.0.1'));
    const judged = allowed.length > 0 || LOOPBACK.test(called ?? '');
    if (judged && isMisdirected(request, (name) => isOurs(name, called)))
      return refuse('misdirected', 421, MISDIRECTED);
    return isOfForeignPage(request) ? refuse('cross-site', 403, CROSS_SITE) : null;
  };
};

/** An address as written in a URL. A dual-stack socket shows IPv4 as `::ffff:192.0.2.1`. */
const bracketed = (address: string): string => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return plain.includes(':') && !plain.startsWith('[') ? `[${plain}]` : plain;
};

/** A name, an IPv4 address or an IPv6 address in brackets, with an optional port. */
const AUTHORITY = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d*)?$/i;

/** The host as a URL normalizes it (`LOCALHOST.`, `127.1`, `[0:0::1]`), without the port; null for any other text. */
const nameOf = (authority: string): string | null => {
  const host = AUTHORITY.exec(authority)?.[1];
  return host === undefined ? null : (URL.parse(`http://${host}`)?.hostname.replace(/\.$/, '') ?? null);
};

const ABSOLUTE_FORM = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i;

/**
 * Whether the request names another server. Two `Host` lines are refused as ambiguous: a proxy in front may have
 * checked the other one. A request without `Host` passes, because browsers always send it.
 */
const isMisdirected = (
  { rawHeaders, url = '' }: IncomingMessage,
  isOurs: (name: string | null) => boolean,
): boolean => {
  const hosts = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'host');
  const target = ABSOLUTE_FORM.exec(url)?.[1];
  const authorities = target === undefined ? hosts : [...hosts, target];
  return hosts.length > 1 || !authorities.every((authority) => isOurs(nameOf(authority)));
};

/**
 * True for a background request of a page of another origin. The page could not read the answer, but could infer from
 * its status or timing what is stored. Browsers set this header and no page can change it; following a link is allowed.
 */
const isOfForeignPage = ({ method, headers }: IncomingMessage): boolean => {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return !(
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  );
};
