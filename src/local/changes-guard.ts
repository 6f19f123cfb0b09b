import { createHash, timingSafeEqual } from 'node:crypto';
import type { ProblemType } from '../domain/delivery.ts';
import type { RouteHandler, RouteHandlers } from '../http/dispatch.ts';
import type { HttpRequest } from '../http/request.ts';
import { problemResponse } from '../http/response.ts';

/**
 * Protects the routes that change something with the token in the instance's record, because anything that reaches
 * loopback, such as a page in the user's browser, is unauthenticated. On AWS, IAM does this.
 */
export const guardChanges = (routes: RouteHandlers, token: string): RouteHandlers =>
  Object.fromEntries(
    Object.entries(routes).map(([name, handler]): [string, RouteHandler] => [name, guarded(handler, token)]),
  );

const guarded =
  (handler: RouteHandler, token: string): RouteHandler =>
  async (request, argument, run) => {
    const refused = refusalOf(request, token);
    if (refused === null) return handler(request, argument, run);
    const { run_id, received_ms } = run;
    return problemResponse({ ...refused, run_id, received_ms });
  };

type Refused = { type: ProblemType; status: number; detail: string; headers?: Record<string, string> };

const CROSS_SITE: Refused = {
  type: 'cross-site',
  status: 403,
  detail: 'Requests from web pages of other sites are not answered.',
};

const TOKEN_REQUIRED: Refused = {
  type: 'token-required',
  status: 401,
  detail:
    'Send the manage_token of .local/instance.json as Authorization: Bearer. npm run connections does so by itself.',
  headers: { 'www-authenticate': 'Bearer' },
};

const JSON_REQUIRED: Refused = {
  type: 'json-required',
  status: 415,
  detail: 'Send the header Content-Type: application/json.',
};

const refusalOf = (request: HttpRequest, token: string): Refused | null => {
  if (!isOfOwnOrigin(request)) return CROSS_SITE;
  if (!hasToken(request, token)) return TOKEN_REQUIRED;
  return isJson(request) ? null : JSON_REQUIRED;
};

/**
 * Browsers send `Origin` with every request of a page that may change something, and no page can change it. `Host` has
 * been checked before; a different scheme with the same host may come from a proxy in front.
 */
const isOfOwnOrigin = ({ headers }: HttpRequest): boolean => {
  const origin = headers.get('origin');
  if (origin === undefined) return true;
  const named = URL.parse(origin);
  if (named === null || named.origin !== origin) return false;
  return named.host === URL.parse(`${named.protocol}//${headers.get('host') ?? ''}`)?.host;
};

const hasToken = ({ headers }: HttpRequest, token: string): boolean => {
  const sent = /^Bearer +([\x21-\x7e]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  return sent !== undefined && timingSafeEqual(digestOf(sent), digestOf(token));
};

/** Digests have equal length, as `timingSafeEqual` requires. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** An HTML form cannot send this type. A DELETE without a body needs no type. */
const isJson = ({ method, headers, body_bytes }: HttpRequest): boolean =>
  (method === 'DELETE' && body_bytes === 0) ||
  /^application\/json[ \t]*(;|$)/i.test(headers.get('content-type') ?? '');
