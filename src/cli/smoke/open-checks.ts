import * as z from 'zod/mini';
import { exchange } from '../shared/exchange.ts';
import { describeAnswer, hasStatus, isProblem, judge, readBody } from './answers.ts';
import { type Check, failed, ok, skipped, together, type World } from './check.ts';
import { TEST_ISSUE_ID } from './test-issue.ts';

const health = z.object({ checks: z.record(z.string(), z.string()) });

const checkHealth: Check = {
  name: 'health',
  run: async ({ api }) => {
    const answer = await api.send('GET', '/health');
    const { checks = {} } = readBody(answer, health) ?? {};
    const isWell = hasStatus(answer, 200) && checks.table === 'ok' && checks.secret === 'ok';
    const states = Object.entries(checks).map(([name, state]) => `${name} ${state}`);
    return (isWell ? ok : failed)([describeAnswer(answer), ...states].join(', '));
  },
};

/** Nothing listens there, or somebody does who sends us away; both take no time. */
const PLAIN_MS = 5_000;

/** What sends plain HTTP away instead of serving it: a redirect, or a refusal. */
const isSentAway = (status: number): boolean => (status >= 300 && status < 400) || status === 403;

/** Plain HTTP would show signatures and issues to everybody on the way. */
const checkTls: Check = {
  name: 'tls-only',
  run: async ({ api }) => {
    if (api.url.protocol !== 'https:') return skipped('the address itself is http');
    const url = new URL('/health', api.url);
    url.protocol = 'http:';
    const answer = await exchange({ method: 'GET', url, timeout_ms: PLAIN_MS });
    const isRight = answer.kind === 'failed' || isSentAway(answer.status);
    return judge(isRight, `http://${url.host}`, answer);
  },
};

const checkUnknownPath: Check = {
  name: 'unknown-path',
  run: async ({ api }) => {
    const answer = await api.send('GET', '/smoke/no-such-path');
    return judge(isProblem(answer, 404, 'not-found'), 'GET /smoke/no-such-path', answer);
  },
};

/** Whether our handler answers this method with 405 and says which one it takes. An answer to HEAD has no body. */
const isRefusedMethod = async ({ api }: World, method: string, path: string, allow: string) => {
  const answer = await api.send(method, path);
  const isOurs = method === 'HEAD' ? hasStatus(answer, 405) : isProblem(answer, 405, 'method-not-allowed');
  const isAllowed = answer.kind === 'answered' && answer.headers.allow === allow;
  return judge(isOurs && isAllowed, `${method} ${path}`, answer);
};

/** The second is a path that IAM guards under its own method only. */
const checkWrongMethod: Check = {
  name: 'wrong-method',
  run: async (world) =>
    together([
      await isRefusedMethod(world, 'GET', '/webhooks/jira', 'POST'),
      await isRefusedMethod(world, 'POST', `/issues/${TEST_ISSUE_ID}`, 'GET'),
    ]),
};

/** The gateway answers OPTIONS by itself where CORS is on, which it must not be. */
const checkHeadAndOptions: Check = {
  name: 'head-and-options',
  run: async (world) =>
    together([
      await isRefusedMethod(world, 'HEAD', '/health', 'GET'),
      await isRefusedMethod(world, 'OPTIONS', '/webhooks/jira', 'POST'),
    ]),
};

/** What everybody may ask. */
export const OPEN_CHECKS: readonly Check[] = [
  checkHealth,
  checkTls,
  checkUnknownPath,
  checkWrongMethod,
  checkHeadAndOptions,
];
