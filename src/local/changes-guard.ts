import { createHash, timingSafeEqual } from 'node:crypto';
import type { ProblemType } from '../domain/delivery.ts';
import type { RouteHandler, RouteHandlers } from '../http/dispatch.ts';
import type { HttpRequest } from '../http/request.ts';
import { problemResponse } from '../http/response.ts';

/**
 * The routes that change something, for those who can read the instance's record only: whoever reaches loopback, such
 * as any page in the user's browser, is nobody yet. On AWS, IAM has that place.
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
 * Browsers write `Origin` with whatever a page sends that may change something, and let no page change it. `Host` has
 * been judged before; another scheme of the same host may be a proxy's in front.
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

/** Digests are of one length. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** No form of a page can have this type. What has no body, as a removal, says of none what it is. */
const isJson = ({ method, headers, body_bytes }: HttpRequest): boolean =>
  (method === 'DELETE' && body_bytes === 0) ||
  /^application\/json[ \t]*(;|$)/i.test(headers.get('content-type') ?? '');
