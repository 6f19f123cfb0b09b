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

/** Whether a route is switched off: its path is then answered 404, whatever the method. */
export type IsOff = (name: RouteName, request: HttpRequest) => Promise<boolean>;

export const notFound = ({ run_id, received_ms }: Run): HttpResponse => {
  const detail = 'There is nothing at this path.';
  return problemResponse({ type: 'not-found', status: 404, detail, run_id, received_ms });
};

/** `tenant`: the tenant of a path that names none. */
type DispatchDeps = { clock: Clock; log: Logger; tenant: string; deadline?: Deadline; isOff?: IsOff };

/**
 * The Lambda handler of these routes, with Middy middleware: it starts the run, then matches path and method, then
 * calls the route. Every error thrown becomes an answer, so that no request can end the process. The log line of a
 * delivery is not middleware, because only ingest knows its contents.
 */
export const createHandler = (routes: RouteHandlers, deps: DispatchDeps): HttpHandler =>
  middy<APIGatewayProxyEventV2, HttpResponse, Error, RingContext>()
    .use([startsRun(deps), answersFaults(deps)])
    .handler(async (event, context) => answer(routes, deps, readRequest(event), runOf(context)));

/** Lambda's context with what the middleware adds. */
type RingContext = Context & { run?: Run };

type Ring = middy.MiddlewareObj<APIGatewayProxyEventV2, HttpResponse, Error, RingContext>;

const runOf = ({ run }: RingContext): Run => {
  if (!run) throw new TypeError('expected a run in the context');
  return run;
};

/** Starts the run, and with it the deadline, before the event is read. */
const startsRun = ({ clock, deadline }: DispatchDeps): Ring => ({
  before: (request) => {
    // A copy, because several requests may share one context.
    request.context = { ...request.context, run: startRun(clock, deadline) };
  },
});

const answersFaults = ({ log }: DispatchDeps): Ring => ({
  onError: (request) => {
    request.response = faultResponse(log, runOf(request.context), request.error);
  },
});

/** Checks `isOff` only for a wrong method; a matched route checks it itself, because only it knows what to log. */
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

/** Checks parameters only on the read side: Jira Data Center adds its own to the URL of a webhook. */
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
 * Splits a path into its tenant and the rest. The gateway authorises the path as it was sent, so the segment must be
 * exactly the tenant's name: if it were encoded, IAM and this code would read different names.
 * @returns null for a path below `/t/` that names no tenant
 */
const placeOf = ({ path, path_tenant }: ReceivedRequest, home: string): Place | null => {
  if (path !== '/t' && !path.startsWith('/t/')) return { tenant: home, path, prefixed: false };
  const [, named, rest] = PREFIXED.exec(path) ?? [];
  if (named === undefined || rest === undefined || named !== path_tenant || !isTenant(named)) return null;
  return { tenant: named, path: rest, prefixed: true };
};

/**
 * Finds the route of a request. A segment that is empty or cannot be decoded matches no route. A literal route wins
 * over one with a parameter: `/webhooks/jira` is not a connection.
 * @param prefixed true below `/t/{tenant}`, where only routes with a tenant exist
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
 * The decoded `{x}` segment, '' for a route without one, null when the path does not match. Text without the form of a
 * connection id does not match `{connection_id}`, so that no row is read for it.
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

/** Ignores a trailing slash, which people add to a webhook's URL: every delivery would otherwise be answered 404. */
const withoutSlash = (path: string): string => path.replace(/^(\/webhooks?\/.*[^/])\/$/, '$1');
