import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { listen, stop } from './loopback-server.ts';

const STAGES = ['AWSCURRENT', 'AWSPREVIOUS'] as const;
type Stage = (typeof STAGES)[number];

/** What goes wrong with an answer: an AWS error, a late answer, none at all, half of one, or a cut connection. */
export type Fault =
  | { kind: 'error'; status: number; type: string }
  | { kind: 'delay'; ms: number }
  | { kind: 'hang' | 'stall' | 'cut' };

export type FakeSecretsManager = {
  endpoint: string;
  /** Requests that reached it, by stage. */
  requests: Record<Stage, number>;
  /** Requests whose connection was closed before the answer was complete. */
  abandoned: number;
  /** Overwrites the secret as PutSecretValue does: AWSCURRENT becomes AWSPREVIOUS. null: a binary secret. */
  put(document: string | null, createdMs: number): void;
  /** Takes a version's label away. */
  unlabel(stage: Stage): void;
  /** Every request of the stages meets the fault, at most `times` of them. */
  fail(fault: Fault, options?: { times?: number; stages?: readonly Stage[] }): void;
  heal(): void;
  /** Stops listening, so that connections are refused, until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
};

type Version = { arn: string; id: string; document: string | null; createdMs: number };
type Failing = { fault: Fault; times: number; stages: readonly Stage[] };

const requestBody = z.object({
  SecretId: z.string(),
  VersionStage: z.enum(STAGES),
});

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
};

const answerError = (response: ServerResponse, status: number, type: string, message: string): void =>
  answer(response, status, { __type: type, message });

/** True for what the real service would read: a signed POST of the JSON protocol for this operation. */
const isGetSecretValue = (request: IncomingMessage): boolean =>
  request.method === 'POST' &&
  request.headers['content-type'] === 'application/x-amz-json-1.1' &&
  request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue' &&
  request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') === true;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** True when the fault leaves nothing more to answer. */
const commit = async (fault: Fault, response: ServerResponse): Promise<boolean> => {
  if (fault.kind === 'delay') await sleep(fault.ms);
  if (fault.kind === 'error') answerError(response, fault.status, fault.type, 'a fault, as the test asked');
  if (fault.kind === 'stall') response.writeHead(200).write('{"ARN":');
  if (fault.kind === 'cut') response.socket?.destroy();
  return fault.kind !== 'delay';
};

/** What GetSecretValue answers; a version without a document is a binary secret. */
const describeVersion = ({ arn, id, document, createdMs }: Version, stage: Stage): object => ({
  ARN: arn,
  Name: 'webhooks',
  VersionId: id,
  ...(document === null ? { SecretBinary: 'AAEC' } : { SecretString: document }),
  VersionStages: [stage],
  CreatedDate: createdMs / 1000,
});

const answerVersion = (response: ServerResponse, stage: Stage, version: Version | undefined): void => {
  const missing = `Secrets Manager can't find the specified secret value for staging label: ${stage}`;
  if (version) answer(response, 200, describeVersion(version, stage));
  else answerError(response, 400, 'ResourceNotFoundException', missing);
};

/** Begins to listen, or again; port 0 takes any free one. Resolves to the port. */
/**
 * A small Secrets Manager that holds one secret and speaks the JSON protocol on loopback. It listens on a free
 * port and starts without any version, as a secret that was created without a value.
 */
export const startSecretsManager = async (arn: string): Promise<FakeSecretsManager> => {
  const versions = new Map<Stage, Version>();
  let failing: Failing | null = null;

  const faultFor = (stage: Stage): Fault | null => {
    if (failing === null || failing.times === 0 || !failing.stages.includes(stage)) return null;
    failing.times -= 1;
    return failing.fault;
  };

  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) fake.abandoned += 1;
    });
    if (!isGetSecretValue(request))
      return answerError(response, 400, 'UnknownOperationException', 'only GetSecretValue is served');
    const { SecretId, VersionStage } = requestBody.parse(JSON.parse(await text(request)));
    fake.requests[VersionStage] += 1;
    const fault = faultFor(VersionStage);
    if (fault !== null && (await commit(fault, response))) return;
    answerVersion(response, VersionStage, SecretId === arn ? versions.get(VersionStage) : undefined);
  });

  const port = await listen(server, 0);
  let written = 0;
  const fake: FakeSecretsManager = {
    endpoint: `http://127.0.0.1:${port}`,
    requests: { AWSCURRENT: 0, AWSPREVIOUS: 0 },
    abandoned: 0,
    put: (document, createdMs) => {
      const current = versions.get('AWSCURRENT');
      if (current) versions.set('AWSPREVIOUS', current);
      written += 1;
      versions.set('AWSCURRENT', { arn, id: `version-${written}`.padEnd(32, '0'), document, createdMs });
    },
    unlabel: (stage) => void versions.delete(stage),
    fail: (fault, { times = Number.POSITIVE_INFINITY, stages = STAGES } = {}) => {
      failing = { fault, times, stages };
    },
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
