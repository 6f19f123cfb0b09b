import type { ServerResponse } from 'node:http';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { Asked, Reply } from './rest/reply.ts';

/** What goes wrong with one request. */
export type Fault =
  /** An answer in place of the server's own. */
  | { status: number; headers?: Record<string, string>; body?: string | Buffer }
  /** The server's own answer, with these headers too. */
  | { headers: Record<string, string> }
  /** The server's own answer, but another one. */
  | { alter(value: JsonObject, asked: Asked): Json }
  /** Somebody does something just before the server answers, or just after. */
  | { before(): void }
  | { after(): void }
  /** No answer: the connection ends, at once or in the middle of the body, or nothing ever comes. */
  | 'cut'
  | 'cut-body'
  | 'hang'
  /** An answer that does not say when it was made. */
  | 'no-date';

const JSON_TYPE = { 'content-type': 'application/json' };

const refusal = (status: number, message: string): Fault => ({
  status,
  headers: JSON_TYPE,
  body: JSON.stringify({ errorMessages: [message], errors: {} }),
});

const html = { 'content-type': 'text/html;charset=UTF-8' };

/** Faults by the names that tests use. */
export const FAULTS = {
  /** Too many requests; `seconds`: when to come back, if it says so. */
  busy: (seconds?: number): Fault => ({
    status: 429,
    ...(seconds === undefined ? {} : { headers: { 'retry-after': String(seconds) } }),
  }),
  down: (status = 503): Fault => ({ status, headers: html, body: '<html>Bad gateway</html>' }),
  loginPage: { status: 200, headers: html, body: '<html>Log in</html>' },
  redirect: (location: string): Fault => ({ status: 302, headers: { location } }),
  unknownLogin: refusal(401, 'Client must be authenticated to access this resource.'),
  forbidden: refusal(403, 'You do not have permission.'),
  removed: refusal(
    410,
    'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.',
  ),
  expiredToken: refusal(400, 'The nextPageToken is invalid or has expired.'),
  /** The same page is named as the next one. */
  repeatedToken: {
    alter: (value: JsonObject, { query, body }: Asked) => {
      const token = query.get('nextPageToken') ?? body.nextPageToken ?? value.nextPageToken;
      return token === undefined ? value : { ...value, nextPageToken: token, isLast: false };
    },
  },
  /** The page is not complete, and says so as Cloud or as Data Center does. */
  warning: {
    alter: (value: JsonObject) => ({
      ...value,
      warnings: [{ type: 'TRUNCATED', message: 'Results were truncated.' }],
      warningMessages: ['Results were truncated.'],
    }),
  },
  nearLimit: { headers: { 'x-ratelimit-nearlimit': 'true', 'x-ratelimit-remaining': '3' } },
  /** Data Center's token bucket: so many are left, so many come back in so many seconds. */
  bucket: (remaining: number, fillRate: number, seconds: number): Fault => ({
    headers: {
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-fillrate': String(fillRate),
      'x-ratelimit-interval-seconds': String(seconds),
    },
  }),
} as const satisfies Record<string, Fault | ((...values: never[]) => Fault)>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const altered = (fault: Fault | null, asked: Asked, { status, value }: Reply): unknown =>
  typeof fault === 'object' && fault !== null && 'alter' in fault && status === 200 && isObject(value)
    ? fault.alter(value, asked)
    : value;

const sendWhole = (response: ServerResponse, fault: Fault | null, asked: Asked, reply: Reply): void => {
  const value = altered(fault, asked, reply);
  const more = typeof fault === 'object' && fault !== null && 'headers' in fault ? fault.headers : {};
  if (value === undefined) response.writeHead(reply.status, more).end();
  else response.writeHead(reply.status, { ...JSON_TYPE, ...more }).end(JSON.stringify(value));
};

const cutWithin = (response: ServerResponse, { status, value }: Reply): void => {
  const body = Buffer.from(JSON.stringify(value ?? {}));
  response.writeHead(status, { ...JSON_TYPE, 'content-length': String(body.length + 1) });
  response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
};

/** Answers as the fault wants it; without one, as the server does. `reply` is made only if it is needed. */
export const answer = (
  response: ServerResponse,
  fault: Fault | null,
  asked: Asked,
  reply: () => Reply,
): void => {
  if (fault === 'hang') return;
  if (fault === 'cut') response.socket?.destroy();
  else if (fault === 'cut-body') cutWithin(response, reply());
  else if (typeof fault === 'object' && fault !== null && 'status' in fault)
    response.writeHead(fault.status, fault.headers ?? {}).end(fault.body ?? '');
  else {
    if (fault === 'no-date') {
      response.removeHeader('date');
      response.sendDate = false;
    }
    if (typeof fault === 'object' && fault !== null && 'before' in fault) fault.before();
    sendWhole(response, fault, asked, reply());
    if (typeof fault === 'object' && fault !== null && 'after' in fault) fault.after();
  }
};
