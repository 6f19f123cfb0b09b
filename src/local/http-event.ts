import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/**
 * All headers in lower case, repeated ones joined with `,` as API Gateway does it. From `rawHeaders`, because
 * `headers` drops repetitions of some names.
 */
const headersOf = (request: IncomingMessage): Record<string, string> => {
  const headers = new Map<string, string>();
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]?.toLowerCase() ?? '';
    const value = request.rawHeaders[i + 1] ?? '';
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(headers);
};

/** Path and query as received. A proxy's absolute form (`http://host/path`) loses its scheme and host. */
const splitTarget = (target: string): { path: string; query: string } => {
  const local = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  const path = mark === -1 ? local : local.slice(0, mark);
  return { path: path || '/', query: mark === -1 ? '' : local.slice(mark + 1) };
};

/** Repeated parameters joined with `,`, decoded where they can be. */
const parametersOf = (query: string): Record<string, string> => {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(parameters);
};

/** A dual-stack socket shows IPv4 clients as `::ffff:192.0.2.1`. */
const clientAddress = (request: IncomingMessage): string =>
  (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');

const contextOf = (request: IncomingMessage, path: string, nowMs: number, userAgent: string) => ({
  accountId: 'local',
  apiId: 'local',
  domainName: 'localhost',
  domainPrefix: 'localhost',
  routeKey: '$default',
  stage: '$default',
  requestId: randomUUID(),
  time: new Date(nowMs).toISOString(),
  timeEpoch: nowMs,
  http: {
    method: request.method ?? '',
    path,
    protocol: `HTTP/${request.httpVersion}`,
    sourceIp: clientAddress(request),
    userAgent,
  },
});

/**
 * A request as the API Gateway HTTP API event (payload format 2.0) that the Lambda would get.
 * @param body the bytes read; empty when there were none or they were left unread.
 */
export const toEvent = (request: IncomingMessage, body: Buffer, nowMs: number): APIGatewayProxyEventV2 => {
  const { path, query } = splitTarget(request.url ?? '');
  const headers = headersOf(request);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers,
    ...(query === '' ? {} : { queryStringParameters: parametersOf(query) }),
    requestContext: contextOf(request, path, nowMs, headers['user-agent'] ?? ''),
    ...(body.length === 0 ? {} : { body: body.toString('base64') }),
    isBase64Encoded: body.length > 0,
  };
};
