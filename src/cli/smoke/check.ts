import * as z from 'zod/mini';
import type { ProblemType } from '../../domain/delivery.ts';
import type { Exchange } from '../shared/exchange.ts';
import type { Api } from './api.ts';
import type { RunDocuments } from './processing-checks.ts';

/** `seen`: the answer in a few words; never a secret, a signature or a body. */
export type Result = { state: 'ok' | 'failed' | 'skipped'; seen: string };

/** The accepted delivery of this run. Its body is kept to send the same bytes again. */
export type Taken = {
  body: Buffer;
  signature: string;
  event_id: string;
  received_ms: number;
  /** Aborted when the time to process it is over. */
  patience: AbortSignal;
};

/** What the checks need. */
export type World = {
  api: Api;
  /** The same for a caller with the policy for readers of `default`; null if none was named. */
  reader: Api | null;
  /** The key that deliveries are signed with. @throws CommandError */
  readSecret(): Promise<Uint8Array>;
  /** Null if the bucket is unknown. */
  documents: RunDocuments | null;
  /** How long after the answer a delivery may take to be processed (seconds). */
  wait_seconds: number;
  /** Whether `throttling` may send its burst. */
  burst: boolean;
  /** `signed-delivery` sets it, and the checks after it need it. */
  taken: Taken | null;
};

/** One property of the deployment. What `run` throws counts as failed. */
export type Check = { name: string; run(world: World): Promise<Result> };

export const ok = (seen: string): Result => ({ state: 'ok', seen });

export const failed = (seen: string): Result => ({ state: 'failed', seen });

export const skipped = (seen: string): Result => ({ state: 'skipped', seen });

/** Combines several results: those that failed if any did, else all of them. Each text appears once. */
export const together = (results: readonly Result[]): Result => {
  const wrong = results.filter(({ state }) => state === 'failed');
  const distinct = new Set((wrong.length > 0 ? wrong : results).map(({ seen }) => seen));
  return { state: wrong.length > 0 ? 'failed' : 'ok', seen: [...distinct].join('; ') };
};

/** A check that needs the delivery of this run; skipped if none was accepted. */
export const afterDelivery = (name: string, run: (world: World, taken: Taken) => Promise<Result>): Check => ({
  name,
  run: async (world) => (world.taken ? run(world, world.taken) : skipped('no delivery was accepted')),
});

const problem = z.object({ type: z.string() });

const gatewayAnswer = z.object({ message: z.string() });

const outcome = z.object({ outcome: z.string() });

const OUR_PROBLEM = 'urn:jira-webhook-sync:problem:';

/** The body parsed by the schema; null if it does not match, or there is no answer. */
export const readJson = <T>(answer: Exchange, schema: z.ZodMiniType<T>): T | null => {
  if (answer.kind === 'failed') return null;
  try {
    return schema.parse(JSON.parse(answer.body));
  } catch {
    return null;
  }
};

/** The status and a word about the answer: our problem type, our outcome, or the gateway's message. */
export const describeAnswer = (answer: Exchange): string => {
  if (answer.kind === 'failed') return answer.code;
  const type = readJson(answer, problem)?.type;
  const words =
    readJson(answer, outcome)?.outcome ??
    (type === undefined ? undefined : nameOf(type)) ??
    readJson(answer, gatewayAnswer)?.message ??
    '';
  return `${answer.status} ${shown(words)}`.trim();
};

const nameOf = (type: string): string => type.slice(type.lastIndexOf(':') + 1);

/** Text of another service, cut to fit a line and without characters that could affect the terminal. */
const shown = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);

export const hasStatus = (answer: Exchange, status: number): boolean =>
  answer.kind === 'answered' && answer.status === status;

/** Whether our handlers answered with this problem. */
export const isProblem = (answer: Exchange, status: number, type: ProblemType): boolean =>
  hasStatus(answer, status) && readJson(answer, problem)?.type === `${OUR_PROBLEM}${type}`;

/** Ok or failed, with the request and its answer as `seen`. */
export const judge = (isRight: boolean, request: string, answer: Exchange): Result =>
  (isRight ? ok : failed)(`${request} ${describeAnswer(answer)}`);
