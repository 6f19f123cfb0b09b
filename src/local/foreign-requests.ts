import type { IncomingMessage } from 'node:http';
import { type HttpResponse, problemResponse } from '../http/response.ts';
import type { Clock } from '../platform/clock.ts';
import { newRunId } from '../platform/run-id.ts';

/** The answer to a request that is not for this server, or is a web page's of another site; else null. */
export type RefuseForeign = (request: IncomingMessage) => HttpResponse | null;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/;

const MISDIRECTED =
  'This server answers to localhost, to loopback addresses and to HOST. Behind a tunnel or proxy: set ALLOWED_HOSTS to the name it is called by, or let it send the header Host: localhost.';

const CROSS_SITE = 'Requests from web pages of other sites are not answered.';

/**
 * Keeps web pages out of a server that answers everybody who reaches it. With a name of its own that leads to
 * 127.0.0.1 (DNS rebinding) a page is of the same origin as the server, and only `Host` shows the difference: so on
 * loopback it must be a name of this machine, `host` or one of `allowed`, whatever the port. On other addresses it must
 * only when `allowed` is not empty, because only its owner knows the names that lead there.
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

/** A name, an IPv4 address or one of IPv6 in brackets, and perhaps a port. */
const AUTHORITY = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d*)?$/i;

/** In the one form a URL has for it (`LOCALHOST.`, `127.1`, `[0:0::1]`), without its port; null when it is none. */
const nameOf = (authority: string): string | null => {
  const host = AUTHORITY.exec(authority)?.[1];
  return host === undefined ? null : (URL.parse(`http://${host}`)?.hostname.replace(/\.$/, '') ?? null);
};

const ABSOLUTE_FORM = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i;

/**
 * Whether it says that it is for another server. Two `Host` lines are ambiguous: a proxy in front may have
 * judged the other one. Without any there is nothing to judge: no browser leaves it out.
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
 * True for what a page of another origin asks for in the background. It could not read the answer, but infer from its
 * status or timing what is stored. Browsers send this header and let no page change it; opening a link is allowed.
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
