import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen, stop } from './loopback-server.ts';
import { readAll } from './read-all.ts';

/**
 * What becomes of a request that reaches the proxy. Only the last three reach the database: `error` answers
 * an AWS error, `hang` never answers, `reset` cuts the connection, `slow` is late. With `lost` and `mute` the
 * write goes through, then the connection is cut before, or in the middle of, the answer, or says nothing.
 */
export type Fault =
  | { kind: 'error'; status: number; type: string; retryAfterMs?: number }
  | { kind: 'hang' }
  | { kind: 'reset' }
  | { kind: 'slow'; ms: number }
  | { kind: 'lost'; cut: 'before' | 'within' }
  | { kind: 'mute' };

type FaultOptions = {
  /** Only these operations, such as `PutItem`; all without it. */
  operations?: readonly string[];
  /** Only requests whose body passes. */
  when?: (body: string) => boolean;
  /** How many of them pass unharmed first. */
  skip?: number;
  /** How many of them it hits then. */
  times?: number;
};

/** A request that reached the proxy. */
type Seen = { operation: string; body: string; attempt: number };

export type FaultProxy = {
  endpoint: string;
  seen: Seen[];
  fail(fault: Fault, options?: FaultOptions): void;
  /** Faults end; what hangs goes on hanging. */
  heal(): void;
  /** How many requests a fault has hit. */
  struck: number;
  /** Resolves when the next one is hit; with `mute`, when its write is through. */
  nextStrike(): Promise<void>;
  /** Sends everything on to another database from now on. */
  retarget(database: string): void;
  /** Stops listening, so that connections are refused, until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
};

type Rule = { fault: Fault; options: FaultOptions; skip: number; times: number };

const answerError = (response: ServerResponse, fault: Fault & { kind: 'error' }): void => {
  const { status, type, retryAfterMs } = fault;
  const retry = retryAfterMs === undefined ? {} : { 'x-amz-retry-after': String(retryAfterMs) };
  response
    .writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...retry })
    .end(
      JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'as the test asked' }),
    );
};

type Answer = { status: number; headers: IncomingMessage['headers']; body: Buffer };

/** Sends the request on as it is; the embedded database checks no signature. */
const forward = async (
  target: URL,
  agent: Agent,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<Answer> => {
  const options = { method: incoming.method, headers: incoming.headers, path: incoming.url, agent };
  const outgoing = request(target, options).end(body);
  const [message]: [IncomingMessage] = await once(outgoing, 'response').then(([first]) => [first]);
  return { status: message.statusCode ?? 0, headers: message.headers, body: await readAll(message) };
};

const sendBack = (response: ServerResponse, answer: Answer): void => {
  const { 'transfer-encoding': _chunked, ...headers } = answer.headers;
  response.writeHead(answer.status, { ...headers, 'content-length': answer.body.length }).end(answer.body);
};

/** Half an answer is as good as none, but it reaches another part of the client. */
const lose = (response: ServerResponse, answer: Answer, cut: 'before' | 'within'): void => {
  if (cut === 'before') {
    response.socket?.destroy();
    return;
  }
  response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length + 10 });
  response.write(answer.body.subarray(0, 1), () => setTimeout(() => response.socket?.destroy(), 5));
};

const matches = ({ options }: Rule, { operation, body }: Seen): boolean =>
  (options.operations?.includes(operation) ?? true) && (options.when?.(body) ?? true);

/** An HTTP proxy before a DynamoDB that passes everything on until it is told what to spoil. */
export const startFaultProxy = async (database: string): Promise<FaultProxy> => {
  let target = new URL(database);
  const agent = new Agent({ keepAlive: true });
  const strikes = new EventTarget();
  let rule: Rule | null = null;

  const faultFor = (seen: Seen): Fault | null => {
    if (rule === null || !matches(rule, seen)) return null;
    if (rule.skip > 0) rule.skip -= 1;
    else if (rule.times > 0) {
      rule.times -= 1;
      return rule.fault;
    }
    return null;
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(incoming);
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const attempt = Number(/attempt=(\d+)/.exec(String(incoming.headers['amz-sdk-request']))?.[1] ?? 0);
    const seen = { operation, body: body.toString(), attempt };
    proxy.seen.push(seen);
    const fault = faultFor(seen);
    if (fault) proxy.struck += 1;
    if (fault && fault.kind !== 'mute') strikes.dispatchEvent(new Event('strike'));
    if (fault?.kind === 'error') answerError(response, fault);
    if (fault?.kind === 'reset') response.socket?.destroy();
    if (fault && ['error', 'reset', 'hang'].includes(fault.kind)) return;
    if (fault?.kind === 'slow') await sleep(fault.ms);
    const answer = await forward(target, agent, incoming, body);
    if (fault?.kind === 'lost') lose(response, answer, fault.cut);
    else if (fault?.kind === 'mute') strikes.dispatchEvent(new Event('strike'));
    else sendBack(response, answer);
  };

  const server = createServer((incoming, response) => {
    response.on('error', () => {});
    handle(incoming, response).catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  const proxy: FaultProxy = {
    endpoint: `http://127.0.0.1:${port}`,
    seen: [],
    fail: (fault, options = {}) => {
      rule = { fault, options, skip: options.skip ?? 0, times: options.times ?? Number.POSITIVE_INFINITY };
    },
    heal: () => {
      rule = null;
    },
    struck: 0,
    nextStrike: async () => void (await once(strikes, 'strike')),
    retarget: (next) => {
      target = new URL(next);
    },
    refuse: () => stop(server),
    accept: async () => {
      if (!server.listening) await listen(server, port);
    },
    close: async () => {
      await stop(server);
      agent.destroy();
    },
  };
  return proxy;
};
