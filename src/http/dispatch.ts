import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { ROUTES, type Route, type RouteName } from '../contract/routes.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { checkSpelling } from './query.ts';
import { type Deadline, type HttpRequest, type Run, readRequest, startRun } from './request.ts';
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

type DispatchDeps = { clock: Clock; log: Logger; deadline?: Deadline; isOff?: IsOff };

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
  { isOff }: DispatchDeps,
  request: HttpRequest,
  run: Run,
): Promise<HttpResponse> => {
  const match = matchRoute(request.method, request.path);
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

/** Which route a request means. A segment that does not decode, or is empty, is no route of ours. */
export const matchRoute = (method: string, path: string): Match => {
  const matches = ROUTES.flatMap((route) => {
    const argument = argumentOf(route, withoutSlash(path));
    return argument === null ? [] : [{ route, argument }];
  });
  const [first] = matches;
  if (first === undefined) return { kind: 'not-found' };
  const match = matches.find(({ route }) => route.method === method);
  if (match) return { kind: 'found', name: match.route.name, argument: match.argument };
  const allow = matches.map(({ route }) => route.method).join(', ');
  return { kind: 'wrong-method', name: first.route.name, allow };
};

/** The decoded `{x}` segment, '' for a route without one, null when the path is another. */
const argumentOf = (route: Route, path: string): string | null => {
  const pattern = route.path.split('/');
  const segments = path.split('/');
  const fits =
    pattern.length === segments.length &&
    pattern.every((part, i) => part.startsWith('{') || part === segments[i]);
  if (!fits) return null;
  const variable = pattern.findIndex((part) => part.startsWith('{'));
  return variable === -1 ? '' : decode(segments[variable] ?? '') || null;
};

const decode = (segment: string): string | null => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
};

/** People end the address of a webhook with a slash, and their sender would get 404 for every delivery. */
const withoutSlash = (path: string): string => path.replace(/^(\/webhooks\/[^/]+)\/$/, '$1');
