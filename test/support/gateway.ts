import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { ROUTES } from '../../src/contract/routes.ts';
import { listen, stop } from './loopback-server.ts';
import { readAll } from './read-all.ts';
import { type ArrivedRequest, verifySigV4 } from './sigv4.ts';

export type GatewayReply = { status: number; headers: Record<string, string>; body: string };

export type FakeGateway = {
  url: string;
  /** Everything that reached it, bodies too; not those that are too large to be handed on. */
  requests: ArrivedRequest[];
  /** Replaces an answer before it goes out; as a test wants it. */
  tamper: (request: ArrivedRequest, reply: GatewayReply) => GatewayReply;
  /** Whether it asks for a signature where IAM guards a route. */
  guards: boolean;
  /** Whether IAM lets a caller, by access key id, do what the request asks for. */
  policy: (caller: string, request: ArrivedRequest) => boolean;
  /** Whether it decodes the path before it hands it on. */
  decodes: boolean;
  /** `GET /health` requests it lets through in all. */
  burst: number;
  /** What the instance behind it wants where IAM has let a caller in; null for nothing. */
  token: string | null;
  close(): Promise<void>;
};

/** As an HTTP API has them: 10 MB for a request, and 6 MB for the event that its function gets. */
const MOST_BYTES = 10 * 1024 * 1024;
const MOST_FOR_LAMBDA = 6 * 1024 * 1024;

/** The gateway's own answers. */
const own = (status: number, message: string): GatewayReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});

/** Routes that IAM guards, each of a tenant too. */
const GUARDED = ROUTES.filter(({ served_by }) => served_by !== 'ingest').map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^(/t/[^/]+)?${path.replace(/\{\w+\}/g, '[^/]+')}(\\?|$)`),
}));

const isGuarded = ({ method, target }: ArrivedRequest): boolean =>
  GUARDED.some((route) => route.method === method && route.pattern.test(target));

const REGION = 'eu-central-1';

/** Who asks, when the signature is right; null else. */
const callerOf = (request: ArrivedRequest, secrets: Readonly<Record<string, string>>): string | null => {
  const signed = verifySigV4(request, secrets);
  return signed?.service === 'execute-api' && signed.region === REGION ? signed.key_id : null;
};

const decodePath = (target: string): string => {
  const [path = '', ...query] = target.split('?');
  return [decodeURIComponent(path), ...query].join('?');
};

const readReply = async (response: IncomingMessage): Promise<GatewayReply> => ({
  status: response.statusCode ?? 0,
  headers: Object.fromEntries(
    Object.entries(response.headers)
      .filter(([name]) => ['content-type', 'allow', 'retry-after', 'cache-control'].includes(name))
      .map(([name, value]) => [name, String(value)]),
  ),
  body: (await readAll(response)).toString(),
});

/** Of a body that is too large to be handed on only its size is kept: tests send many. */
const readBody = async (incoming: IncomingMessage): Promise<{ bytes: number; body: Buffer }> => {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming) {
    bytes += part.length;
    if (bytes > MOST_FOR_LAMBDA) parts = [];
    else parts.push(part);
  }
  return { bytes, body: Buffer.concat(parts) };
};

/** A caller's signature is the gateway's business; the instance behind has its own proof. */
const trusted = (headers: ArrivedRequest['headers'], token: string | null): ArrivedRequest['headers'] =>
  token === null ? headers : { ...headers, authorization: `Bearer ${token}` };

/** Hands the request on as it came. */
const forward = (backend: string, { method, target, headers, body }: ArrivedRequest): Promise<GatewayReply> =>
  new Promise((done, failed) => {
    const { hostname, port } = new URL(backend);
    const sending = httpRequest(
      { hostname, port, path: target, method, headers: { ...headers } },
      (response) => readReply(response).then(done, failed),
    );
    sending.on('error', failed).end(body);
  });

const send = (response: ServerResponse, { status, headers, body }: GatewayReply, id: string): void => {
  response.writeHead(status, { ...headers, 'apigw-requestid': id }).end(body);
};

/**
 * What API Gateway adds in front of an instance: IAM where the stack has it, its limits of size and rate, its own
 * answers, and its request ids.
 * @param secrets of callers, by access key id
 */
export const startGateway = async (
  backend: string,
  secrets: Readonly<Record<string, string>>,
): Promise<FakeGateway> => {
  const isHealth = ({ method, target }: ArrivedRequest): boolean => method === 'GET' && target === '/health';

  const isThrottled = (request: ArrivedRequest): boolean =>
    isHealth(request) && gateway.requests.filter(isHealth).length > gateway.burst;

  const isAllowed = (request: ArrivedRequest): boolean => {
    const caller = callerOf(request, secrets);
    return caller !== null && gateway.policy(caller, request);
  };

  const answer = (request: ArrivedRequest, bytes: number): Promise<GatewayReply> | GatewayReply => {
    if (bytes > MOST_BYTES) return own(413, 'Request Entity Too Large');
    if (isThrottled(request)) return own(429, 'Too Many Requests');
    if (gateway.guards && isGuarded(request) && !isAllowed(request)) return own(403, 'Forbidden');
    if (bytes > MOST_FOR_LAMBDA) return own(413, 'Request Entity Too Large');
    const target = gateway.decodes ? decodePath(request.target) : request.target;
    const headers = isGuarded(request) ? trusted(request.headers, gateway.token) : request.headers;
    return forward(backend, { ...request, target, headers });
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = incoming;
    const { bytes, body } = await readBody(incoming);
    const request = { method, target: url, headers, body };
    const id = `gw-${gateway.requests.push(request)}`;
    send(response, gateway.tamper(request, await answer(request, bytes)), id);
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  const gateway: FakeGateway = {
    url: `http://127.0.0.1:${await listen(server, 0)}`,
    requests: [],
    tamper: (_request, reply) => reply,
    guards: true,
    policy: () => true,
    decodes: false,
    burst: Number.POSITIVE_INFINITY,
    token: null,
    close: () => stop(server),
  };
  return gateway;
};
