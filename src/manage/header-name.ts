import { SENDERS } from '../senders/registry.ts';

/** Of HTTP, of proxies, or written by the client: no secret arrives in them as it was sent, or only there. */
const TAKEN = new Set([
  ...['accept', 'age', 'allow', 'authorization', 'connection', 'cookie', 'cookie2', 'date', 'dnt', 'expect'],
  ...['forwarded', 'from', 'host', 'keep-alive', 'link', 'location', 'max-forwards', 'origin', 'pragma'],
  ...[
    'priority',
    'range',
    'referer',
    'server',
    'set-cookie',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
  ],
  ...[
    'user-agent',
    'vary',
    'via',
    'warning',
    'webhook-hops',
    'www-authenticate',
    'x-real-ip',
    'x-request-id',
  ],
  ...['cache-control', 'traceparent', 'tracestate', 'baggage', 'true-client-ip', 'x-http-method-override'],
]);

const TAKEN_PREFIXES = [
  ...['accept-', 'access-control-', 'cf-', 'content-', 'if-', 'proxy-', 'sec-', 'x-amz-', 'x-amzn-'],
  ...['x-apigateway-', 'x-forwarded-', 'cloudfront-', 'x-envoy-', 'x-b3-'],
];

/** What senders write there is stored with each event, or is a signature. */
const OF_SENDERS = new Set(
  Object.values(SENDERS).flatMap(({ headers, scheme }) => [
    ...[headers.identifier, headers.event].filter((name) => name !== null),
    ...('hmac' in scheme ? scheme.hmac : []),
  ]),
);

/**
 * True for a header that may hold a secret of ours: one that nobody else writes, changes, strips, logs or stores. With
 * `Authorization: Bearer` it is accepted anyway, so that name is not needed here.
 */
export const isHeaderName = (text: string): boolean => {
  const name = text.toLowerCase();
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) return false;
  return (
    !TAKEN.has(name) && !OF_SENDERS.has(name) && !TAKEN_PREFIXES.some((prefix) => name.startsWith(prefix))
  );
};
