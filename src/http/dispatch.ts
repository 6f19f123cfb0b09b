import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { hasTenant, ROUTES, type Route, type RouteName } from '../contract/routes.ts';
import { isConnectionId } from '../domain/connection.ts';
import { isTenant } from '../domain/tenant.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { checkSpelling } from './query.ts';
import {
  type Deadline,
  type HttpRequest,
  type ReceivedRequest,
  type Run,
  readRequest,
  startRun,
} from './request.ts';
import { faultResponse, type HttpResponse, problemResponse } from './response.ts';

/** A Lambda function behind an HTTP API, payload format 2.0; the local server calls the same function. */
export type HttpHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<HttpResponse>;

/** `argument` is the decoded `{x}` segment of the path. */
export type RouteHandler = (request: HttpRequest, argument: string, run: Run) => Promise<HttpResponse>;

export type RouteHandlers = Partial<Record<RouteName, RouteHandler>>;

/** Whether a route is switched off: then its path is as unknown as any other, whatever the method. */
export type IsOff = (name: RouteName, request: HttpRequest) => Promise<boolean>;

export const notFound = ({ run_id, received_ms }: Run): HttpResponse => {
  const detail = 'There is nothing at this path.';
  return problemResponse({ type: 'not-found', status: 404, detail, run_id, received_ms });
};

/** `tenant`: whose rows a path is about that names none. */
type DispatchDeps = { clock: Clock; log: Logger; tenant: string; deadline?: Deadline; isOff?: IsOff };

/**
 * The Lambda handler over these routes, in a ring of Middy: the run begins first, then path and method, then the route.
 * Whatever is thrown on the way becomes an answer; nothing a caller sends ends the process. A delivery's log line is
 * not of the ring, because only ingest knows what to say in it.
 */
export const createHandler = (routes: RouteHandlers, deps: DispatchDeps): HttpHandler =>
  middy<APIGatewayProxyEventV2, HttpResponse, Error, RingContext>()
    .use([startsRun(deps), answersFaults(deps)])
    .handler(async (event, context) => answer(routes, deps, readRequest(event), runOf(context)));

/** Lambda's context with what the ring adds. */
type RingContext = Context & { run?: Run };

type Ring = middy.MiddlewareObj<APIGatewayProxyEventV2, HttpResponse, Error, RingContext>;

const runOf = ({ run }: RingContext): Run => {
  if (!run) throw new TypeError('expected a run in the context');
  return run;
};

/** Each request has its run, and with it its deadline, before the event is read. */
const startsRun = ({ clock, deadline }: DispatchDeps): Ring => ({
  before: (request) => {
    // A copy, because several requests may be given one context.
    request.context = { ...request.context, run: startRun(clock, deadline) };
  },
});

const answersFaults = ({ log }: DispatchDeps): Ring => ({
  onError: (request) => {
    request.response = faultResponse(log, runOf(request.context), request.error);
  },
});

/** A route that is there asks itself whether it is off: only it knows what to log then. */
const answer = async (
  routes: RouteHandlers,
  { isOff, tenant }: DispatchDeps,
  received: ReceivedRequest,
  run: Run,
): Promise<HttpResponse> => {
  const place = placeOf(received, tenant);
  if (place === null) return notFound(run);
  const { path_tenant: _, ...rest } = received;
  const request: HttpRequest = { ...rest, tenant: place.tenant, path: place.path };
  const match = matchRoute(request.method, place.path, place.prefixed);
  if (match.kind === 'wrong-method')
    return (await isOff?.(match.name, request)) ? notFound(run) : wrongMethod(run, match.allow);
  const route = match.kind === 'found' ? routes[match.name] : undefined;
  if (match.kind === 'not-found' || route === undefined) return notFound(run);
  checkParameters(match.name, request);
  return route(request, match.argument, run);
};

const wrongMethod = ({ run_id, received_ms }: Run, allow: string): HttpResponse => {
  const detail = `This path accepts ${allow} only.`;
  const headers = { allow };
  return problemResponse({ type: 'method-not-allowed', status: 405, detail, run_id, received_ms, headers });
};

/** Only the read side looks at its parameters: Data Center adds some of its own to a webhook's address. */
const checkParameters = (name: RouteName, { query }: HttpRequest): void => {
  const route = ROUTES.find((one) => one.name === name);
  if (route?.served_by === 'read') checkSpelling(query, route.parameters ?? []);
};

export type Match =
  | { kind: 'found'; name: RouteName; argument: string }
  | { kind: 'wrong-method'; name: RouteName; allow: string }
  | { kind: 'not-found' };

type Place = { tenant: string; path: string; prefixed: boolean };

const PREFIXED = /^\/t\/([^/]*)(\/.*)$/;

/**
 * Whose rows a path is about, and what it asks of them. The gateway authorises the path as it was sent, so the segment
 * must be the tenant to the letter: with anything encoded, IAM and this code would read two names.
 * @returns null for a path below `/t/` that names no tenant
 */
const placeOf = ({ path, path_tenant }: ReceivedRequest, home: string): Place | null => {
  if (path !== '/t' && !path.startsWith('/t/')) return { tenant: home, path, prefixed: false };
  const [, named, rest] = PREFIXED.exec(path) ?? [];
  if (named === undefined || rest === undefined || named !== path_tenant || !isTenant(named)) return null;
  return { tenant: named, path: rest, prefixed: true };
};

/**
 * Which route a request means. A segment that does not decode, or is empty, is no route of ours. A path of which every
 * segment is a route's own is no other route's: `/webhooks/jira` is no connection.
 * @param prefixed below `/t/{tenant}`, where only the routes are that have a tenant
 */
export const matchRoute = (method: string, path: string, prefixed = false): Match => {
  const fitting = ROUTES.flatMap((route) => {
    if (prefixed && !hasTenant(route)) return [];
    const argument = argumentOf(route, withoutSlash(path));
    return argument === null ? [] : [{ route, argument }];
  });
  const literal = fitting.filter(({ route }) => !route.path.includes('{'));
  const matches = literal.length > 0 ? literal : fitting;
  const [first] = matches;
  if (first === undefined) return { kind: 'not-found' };
  const match = matches.find(({ route }) => route.method === method);
  if (match) return { kind: 'found', name: match.route.name, argument: match.argument };
  const allow = matches.map(({ route }) => route.method).join(', ');
  return { kind: 'wrong-method', name: first.route.name, allow };
};

/**
 * The decoded `{x}` segment, '' for a route without one, null when the path is another. What has not the form of a
 * connection's id names none: no row is read for it.
 */
const argumentOf = (route: Route, path: string): string | null => {
  const pattern = route.path.split('/');
  const segments = path.split('/');
  const fits =
    pattern.length === segments.length &&
    pattern.every((part, i) => part.startsWith('{') || part === segments[i]);
  if (!fits) return null;
  const variable = pattern.findIndex((part) => part.startsWith('{'));
  if (variable === -1) return '';
  const argument = decode(segments[variable] ?? '') || null;
  return pattern[variable] === '{connection_id}' && !isConnectionId(argument ?? '') ? null : argument;
};

const decode = (segment: string): string | null => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
};

/** People end the address of a webhook with a slash, and their sender would get 404 for every delivery. */
const withoutSlash = (path: string): string => path.replace(/^(\/webhooks?\/.*[^/])\/$/, '$1');
