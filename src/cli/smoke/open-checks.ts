import * as z from 'zod/mini';
import { readEnv } from '../../contract/env.ts';
import { type Exchange, exchange } from '../shared/exchange.ts';
import {
  type Check,
  describeAnswer,
  failed,
  hasStatus,
  isProblem,
  judge,
  ok,
  readJson,
  skipped,
  together,
  type World,
} from './check.ts';
import { TEST_ISSUE_ID } from './delivery-checks.ts';

const health = z.object({ checks: z.record(z.string(), z.string()) });

const checkHealth: Check = {
  name: 'health',
  run: async ({ api }) => {
    const answer = await api.send('GET', '/health');
    const { checks = {} } = readJson(answer, health) ?? {};
    const isWell = hasStatus(answer, 200) && checks.table === 'ok' && checks.secret === 'ok';
    const states = Object.entries(checks).map(([name, state]) => `${name} ${state}`);
    return (isWell ? ok : failed)([describeAnswer(answer), ...states].join(', '));
  },
};

/** Timeout for plain HTTP: no listener, a redirect or a refusal are all quick. */
const PLAIN_MS = 5_000;

const checkUnknownPath: Check = {
  name: 'unknown-path',
  run: async ({ api }) => {
    const answer = await api.send('GET', '/smoke/no-such-path');
    return judge(isProblem(answer, 404, 'not-found'), 'GET /smoke/no-such-path', answer);
  },
};

/** True if plain HTTP is not served: a redirect, or a refusal. */
const isSentAway = (status: number): boolean => (status >= 300 && status < 400) || status === 403;

/** Whether our handler answers this method with 405 and the right `Allow`. An answer to HEAD has no body. */
const isRefusedMethod = async ({ api }: World, method: string, path: string, allow: string) => {
  const answer = await api.send(method, path);
  const isOurs = method === 'HEAD' ? hasStatus(answer, 405) : isProblem(answer, 405, 'method-not-allowed');
  const isAllowed = answer.kind === 'answered' && answer.headers.allow === allow;
  return judge(isOurs && isAllowed, `${method} ${path}`, answer);
};

/** Plain HTTP would expose signatures and issues to everyone on the network path. */
const checkTls: Check = {
  name: 'tls-only',
  run: async ({ api }) => {
    if (api.url.protocol !== 'https:') return skipped('the URL itself is http');
    const url = new URL('/health', api.url);
    url.protocol = 'http:';
    const answer = await exchange({ method: 'GET', url, timeout_ms: PLAIN_MS });
    const isRight = answer.kind === 'failed' || isSentAway(answer.status);
    return judge(isRight, `http://${url.host}`, answer);
  },
};

/** The second path is guarded by IAM only for its own method. */
const checkWrongMethod: Check = {
  name: 'wrong-method',
  run: async (world) =>
    together([
      await isRefusedMethod(world, 'GET', '/webhooks/jira', 'POST'),
      await isRefusedMethod(world, 'POST', `/issues/${TEST_ISSUE_ID}`, 'GET'),
    ]),
};

/** With CORS on, the gateway would answer OPTIONS itself; it must be off. */
const checkHeadAndOptions: Check = {
  name: 'head-and-options',
  run: async (world) =>
    together([
      await isRefusedMethod(world, 'HEAD', '/health', 'GET'),
      await isRefusedMethod(world, 'OPTIONS', '/webhooks/jira', 'POST'),
    ]),
};

/** Checks that need no credentials. */
export const OPEN_CHECKS: readonly Check[] = [
  checkHealth,
  checkTls,
  checkUnknownPath,
  checkWrongMethod,
  checkHeadAndOptions,
];

/** The default; the stack sets no other. */
const OUR_LIMIT = readEnv({}).MAX_BODY_BYTES;

/** A Lambda invocation holds 6 MB (Lambda quotas), so no body like this one reaches a function. */
const OVER_LAMBDA_LIMIT = 8_000_000;

/** An HTTP API takes 10 MB (API Gateway quotas, "Payload size"). */
const OVER_GATEWAY_LIMIT = 10 * 1024 * 1024 + 1;

let longest: Buffer | undefined;

/** All bodies share one buffer. */
const bodyOf = (bytes: number): Buffer => {
  longest ??= Buffer.alloc(OVER_GATEWAY_LIMIT, 'a');
  return longest.subarray(0, bytes);
};

const checkSize = (name: string, bytes: number, isRight: (answer: Exchange) => boolean): Check => ({
  name,
  run: async ({ api }) => {
    const headers = { 'content-type': 'application/json', 'content-length': String(bytes) };
    const answer = await api.send('POST', '/webhooks/jira', { headers, body: bodyOf(bytes) });
    return judge(isRight(answer), `${bytes} bytes`, answer);
  },
});

const isTooLarge = (answer: Exchange): boolean => hasStatus(answer, 413);

/**
 * A body that is too large must be answered 413: Jira would retry after any status that is not final.
 * The bodies need no signature, since the size is checked first.
 */
export const SIZE_CHECKS: readonly Check[] = [
  checkSize('body-over-our-limit', OUR_LIMIT + 1, (answer) => isProblem(answer, 413, 'body-too-large')),
  checkSize('body-over-lambda-limit', OVER_LAMBDA_LIMIT, isTooLarge),
  checkSize('body-over-gateway-limit', OVER_GATEWAY_LIMIT, isTooLarge),
];

/**
 * Several times the burst limit of `GET /health` (20, and 10 more each second). It is used instead of the webhook,
 * because a burst there would crowd out deliveries.
 */
export const BURST = 100;

export const checkThrottling: Check = {
  name: 'throttling',
  run: async ({ api, burst }) => {
    if (!burst) return skipped(`--burst sends ${BURST} requests at once`);
    const answers = await Promise.all(Array.from({ length: BURST }, () => api.send('GET', '/health')));
    const counts = Object.entries(Object.groupBy(answers, describeAnswer));
    const seen = counts.map(([what, some = []]) => `${some.length} times ${what}`).join(', ');
    const isOdd = answers.some((answer) => !hasStatus(answer, 200) && !hasStatus(answer, 429));
    return (answers.some((answer) => hasStatus(answer, 429)) && !isOdd ? ok : failed)(seen);
  },
};
