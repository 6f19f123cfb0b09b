import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Clock, type Moment, momentOf } from '../platform/clock.ts';
import { requestDeadline } from '../platform/deadline.ts';
import { newRunId } from '../platform/run-id.ts';

/**
 * A request, independent of API Gateway's format. Header names are lower case; a repeated header is joined with `,`.
 */
export type HttpRequest = Omit<ReceivedRequest, 'path_tenant'> & {
  /** The tenant, from the path and nothing else. `path` does not contain it. */
  tenant: string;
};

/** A request before its route and tenant are determined. */
export type ReceivedRequest = {
  method: string;
  /** As received, without the query. */
  path: string;
  /** The tenant that the gateway read from the path; null if none. */
  path_tenant: string | null;
  headers: ReadonlyMap<string, string>;
  query: ReadonlyMap<string, string>;
  /** The query as it was sent, without its `?`. */
  raw_query: string;
  /** The domain name by which the gateway was called. */
  domain_name: string;
  /** The ARN of the IAM caller, as authenticated by the gateway; null on open routes and locally. */
  caller: string | null;
  /** Address of the client as the gateway saw it, never from a header. */
  source_ip: string;
  /** Size of the body in bytes, known without decoding it. */
  body_bytes: number;
  /** The body's bytes as they were sent. */
  readBody(): Uint8Array;
};

/**
 * Reads an API Gateway HTTP API event (payload format 2.0). The body is decoded only on demand, so that an oversize one
 * is refused at no cost.
 */
export const readRequest = (event: APIGatewayProxyEventV2): ReceivedRequest => {
  const headers = lowerCased(event.headers ?? {});
  return {
    method: event.requestContext.http.method,
    path: event.rawPath,
    headers,
    path_tenant: event.pathParameters?.tenant ?? null,
    raw_query: event.rawQueryString ?? '',
    query: new Map(new URLSearchParams(event.rawQueryString ?? '')),
    domain_name: event.requestContext.domainName,
    caller: callerOf(event.requestContext),
    source_ip: event.requestContext.http.sourceIp,
    body_bytes: sizeOf(event, headers),
    readBody: () => Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  };
};

type RequestContext = APIGatewayProxyEventV2['requestContext'] & {
  authorizer?: { iam?: { userArn?: unknown } };
};

/** The gateway sets `authorizer.iam` on routes that require IAM authorization. */
const callerOf = ({ authorizer }: RequestContext): string | null => {
  const arn = authorizer?.iam?.userArn;
  return typeof arn === 'string' && arn !== '' ? arn : null;
};

const lowerCased = (headers: Record<string, string | undefined>): ReadonlyMap<string, string> => {
  const map = new Map<string, string>();
  for (const [name, value = ''] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const before = map.get(lower);
    map.set(lower, before === undefined ? value : `${before},${value}`);
  }
  return map;
};

const sizeOf = (event: APIGatewayProxyEventV2, headers: ReadonlyMap<string, string>): number => {
  const body = event.body ?? '';
  const actual = event.isBase64Encoded ? base64Bytes(body) : Buffer.byteLength(body);
  const declared = /^\d+$/.exec(headers.get('content-length') ?? '');
  return Math.max(actual, Number(declared?.[0] ?? 0));
};

const base64Bytes = (text: string): number => {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.floor((text.length * 3) / 4) - padding;
};

/**
 * One invocation: its ULID, when it began (`received_ms` is shown and stored), and the signal that aborts its AWS
 * calls.
 */
export type Run = { run_id: string; received_ms: number; began: Moment; signal: AbortSignal };

/** Makes the signal that aborts a request's AWS calls. Tests set a longer deadline for slow or shared machines. */
export type Deadline = () => AbortSignal;

export const startRun = (clock: Clock, deadline: Deadline = requestDeadline): Run => {
  const began = momentOf(clock);
  const received_ms = began.wall;
  return { run_id: newRunId(received_ms), received_ms, began, signal: deadline() };
};
