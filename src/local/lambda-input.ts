import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import type { APIGatewayProxyEventV2, Context, DynamoDBRecord } from 'aws-lambda';

/**
 * A request as the API Gateway HTTP API event (payload format 2.0) that the Lambda function would get.
 * @param body the bytes read; empty when there were none or they were not read.
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
    ...tenantParameter(path),
    requestContext: contextOf(request, path, nowMs, headers['user-agent'] ?? ''),
    ...(body.length === 0 ? {} : { body: body.toString('base64') }),
    isBase64Encoded: body.length > 0,
  };
};

/** Path and query as received. A proxy's absolute form (`http://host/path`) loses its scheme and host. */
const splitTarget = (target: string): { path: string; query: string } => {
  const local = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  const path = mark === -1 ? local : local.slice(0, mark);
  return { path: path || '/', query: mark === -1 ? '' : local.slice(mark + 1) };
};

/** The path parameter that the gateway passes for `/t/{tenant}/…`: the segment, decoded. */
export const tenantParameter = (path: string): Pick<APIGatewayProxyEventV2, 'pathParameters'> => {
  const segment = /^\/t\/([^/]+)\//.exec(path)?.[1];
  if (segment === undefined) return {};
  try {
    return { pathParameters: { tenant: decodeURIComponent(segment) } };
  } catch {
    return {};
  }
};

/**
 * All headers in lower case, repeated ones joined with `,` as API Gateway does. Uses `rawHeaders`, because `headers`
 * drops repetitions of some names.
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

/** Repeated parameters joined with `,`, decoded where possible. */
const parametersOf = (query: string): Record<string, string> => {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(parameters);
};

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

/** A dual-stack socket shows IPv4 clients as `::ffff:192.0.2.1`. */
const clientAddress = (request: IncomingMessage): string =>
  (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');

/** An HTTP API times out the integration after this time (milliseconds). */
const GATEWAY_TIMEOUT_MS = 29_000;

/** The context that the Lambda runtime would pass with the event, for a function with this timeout. */
export const localContext = (
  awsRequestId: string,
  nowMs: () => number,
  timeoutMs: number = GATEWAY_TIMEOUT_MS,
): Context => {
  const ends = nowMs() + timeoutMs;
  return {
    awsRequestId,
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'local',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'local',
    memoryLimitInMB: '0',
    logGroupName: 'local',
    logStreamName: 'local',
    getRemainingTimeInMillis: () => ends - nowMs(),
    done: ignore,
    fail: ignore,
    succeed: ignore,
  };
};

const ignore = (): void => {};

type Keys = NonNullable<StreamRecord['dynamodb']>['Keys'];

/**
 * A record of the Streams API in the shape that Lambda passes (developer guide, "Using AWS Lambda with Amazon
 * DynamoDB"): with the stream's ARN, and the time in epoch seconds. Our stream is `KEYS_ONLY`, so images are dropped.
 */
export const toLambdaRecord = (record: StreamRecord, streamArn: string): DynamoDBRecord => {
  const { eventID, eventName, eventVersion, eventSource, awsRegion, userIdentity, dynamodb = {} } = record;
  const { ApproximateCreationDateTime: created, Keys, SequenceNumber, SizeBytes } = dynamodb;
  return {
    eventID,
    eventName,
    eventVersion,
    eventSource,
    awsRegion,
    eventSourceARN: streamArn,
    dynamodb: {
      ...(created ? { ApproximateCreationDateTime: created.getTime() / 1000 } : {}),
      Keys: toKeys(Keys),
      SequenceNumber,
      SizeBytes,
      StreamViewType: 'KEYS_ONLY',
    },
    ...(userIdentity
      ? { userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId } }
      : {}),
  };
};

/** All key attributes of the table are strings. */
const toKeys = (keys: Keys = {}): Record<string, { S: string }> =>
  Object.fromEntries(Object.entries(keys).map(([name, value]) => [name, { S: value.S ?? '' }]));

/** A record's position in its shard. */
export const sequenceNumberOf = (record: DynamoDBRecord): string => record.dynamodb?.SequenceNumber ?? '';
