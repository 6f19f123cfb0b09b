import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import type { Clock } from '../../src/platform/clock.ts';
import { listen, stop } from './loopback-server.ts';
import { type Call, OPERATIONS, type Operation, SecretVersions, type Version } from './secret-versions.ts';

const STAGES = ['AWSCURRENT', 'AWSPREVIOUS'] as const;
type Stage = (typeof STAGES)[number];

/**
 * What goes wrong with an answer: an AWS error, a late answer, none at all, half of one, or a cut connection;
 * `lost` does what was asked and cuts the connection instead of answering.
 */
export type Fault =
  | { kind: 'error'; status: number; type: string }
  | { kind: 'delay'; ms: number }
  | { kind: 'hang' | 'stall' | 'cut' | 'lost' };

type Failing = { times?: number; stages?: readonly Stage[]; operations?: readonly Operation[] };

export type FakeSecretsManager = {
  endpoint: string;
  /** GetSecretValue requests that reached it, by stage. */
  requests: Record<Stage, number>;
  /** Requests whose connection was closed before the answer was complete. */
  abandoned: number;
  /** Overwrites the secret as PutSecretValue does: AWSCURRENT becomes AWSPREVIOUS. null: a binary secret. */
  put(document: string | null, createdMs: number): void;
  /** The text that bears the label, if any version does. */
  read(stage: string): string | null;
  /** Every label that some version bears. */
  labels(): string[];
  /** Takes a version's label away. */
  unlabel(stage: Stage): void;
  /** Every request of the operations meets the fault, at most `times` of them; of GetSecretValue, for the stages. */
  fail(fault: Fault, options?: Failing): void;
  /** Is called before each request of an operation is served. */
  before(operation: Operation, call: () => void): void;
  heal(): void;
  /** Stops listening, so that connections are refused, until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
};

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
};

const answerError = (response: ServerResponse, status: number, type: string, message: string): void =>
  answer(response, status, { __type: type, message });

const isStage = (stage: unknown): stage is Stage => STAGES.some((known) => known === stage);

/** The operation of what the real service would read: a signed POST of the JSON protocol. */
const operationOf = ({ method, headers }: IncomingMessage): Operation | null => {
  const isJson = method === 'POST' && headers['content-type'] === 'application/x-amz-json-1.1';
  if (!isJson || headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') !== true) return null;
  return OPERATIONS.find((name) => headers['x-amz-target'] === `secretsmanager.${name}`) ?? null;
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** True when the fault leaves nothing more to answer. */
const commit = async (fault: Fault, response: ServerResponse): Promise<boolean> => {
  if (fault.kind === 'delay') await sleep(fault.ms);
  if (fault.kind === 'error') answerError(response, fault.status, fault.type, 'a fault, as the test asked');
  if (fault.kind === 'stall') response.writeHead(200).write('{"ARN":');
  if (fault.kind === 'cut') response.socket?.destroy();
  return fault.kind !== 'delay' && fault.kind !== 'lost';
};

/** What an operation answers; only GetSecretValue tells the value, DescribeSecret only of the secret. A version without a document is a binary secret. */
const describeVersion = (
  operation: Operation,
  arn: string,
  { id, document, createdMs, labels }: Version,
): object => ({
  ARN: arn,
  Name: 'webhooks',
  ...(operation === 'GetSecretValue' || operation === 'PutSecretValue'
    ? { VersionId: id, VersionStages: [...labels] }
    : {}),
  ...(operation === 'DescribeSecret' ? { CreatedDate: createdMs / 1000 } : {}),
  ...(operation === 'GetSecretValue'
    ? {
        CreatedDate: createdMs / 1000,
        ...(document === null ? { SecretBinary: 'AAEC' } : { SecretString: document }),
      }
    : {}),
});

const requestBody = z.looseObject({ SecretId: z.string(), VersionStage: z.optional(z.string()) });

/**
 * A small Secrets Manager that holds one secret and speaks the JSON protocol on loopback. It listens on a free
 * port and starts without any version, as a secret that was created without a value.
 * @param clock dates the versions that PutSecretValue makes
 */
export const startSecretsManager = async (
  arn: string,
  clock: Clock = Date.now,
): Promise<FakeSecretsManager> => {
  const versions = new SecretVersions(clock);
  const hooks = new Map<Operation, () => void>();
  let failing: (Required<Failing> & { fault: Fault }) | null = null;

  const faultFor = (operation: Operation, stage: unknown): Fault | null => {
    if (failing === null || failing.times === 0 || !failing.operations.includes(operation)) return null;
    if (operation === 'GetSecretValue' && !(isStage(stage) && failing.stages.includes(stage))) return null;
    failing.times -= 1;
    return failing.fault;
  };

  const perform = (response: ServerResponse, operation: Operation, id: string, call: Call): void => {
    const done = id === arn ? versions.perform(operation, call) : versions.missing();
    if ('error' in done) answerError(response, 400, done.error, done.message);
    else answer(response, 200, describeVersion(operation, arn, done.version));
  };

  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) fake.abandoned += 1;
    });
    const operation = operationOf(request);
    if (operation === null) return answerError(response, 400, 'UnknownOperationException', 'not served');
    const { SecretId, ...call } = requestBody.parse(JSON.parse(await text(request)));
    if (operation === 'GetSecretValue' && isStage(call.VersionStage)) fake.requests[call.VersionStage] += 1;
    hooks.get(operation)?.();
    const fault = faultFor(operation, call.VersionStage);
    if (fault !== null && (await commit(fault, response))) return;
    if (fault?.kind !== 'lost') return perform(response, operation, SecretId, call);
    versions.perform(operation, call);
    response.socket?.destroy();
  });

  const port = await listen(server, 0);
  const fake: FakeSecretsManager = {
    endpoint: `http://127.0.0.1:${port}`,
    requests: { AWSCURRENT: 0, AWSPREVIOUS: 0 },
    abandoned: 0,
    put: (document, createdMs) => versions.put(document, createdMs),
    read: (stage) => versions.find(stage)?.document ?? null,
    labels: () => versions.labels(),
    unlabel: (stage) => void versions.find(stage)?.labels.delete(stage),
    fail: (fault, options = {}) => {
      const standard = {
        times: Number.POSITIVE_INFINITY,
        stages: STAGES,
        operations: ['GetSecretValue'] as const,
      };
      failing = { ...standard, ...options, fault };
    },
    before: (operation, call) => void hooks.set(operation, call),
    heal: () => {
      failing = null;
    },
    refuse: () => stop(server),
    accept: async () => {
      if (!server.listening) await listen(server, port);
    },
    close: () => stop(server),
  };
  return fake;
};
