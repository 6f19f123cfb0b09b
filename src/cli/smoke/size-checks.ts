import { readEnv } from '../../contract/env.ts';
import type { Exchange } from '../shared/exchange.ts';
import { hasStatus, isProblem, judge } from './answers.ts';
import type { Check } from './check.ts';

/** The stack sets no other. */
const OUR_LIMIT = readEnv({}).MAX_BODY_BYTES;

/** A Lambda invocation holds 6 MB (Lambda quotas), so no body like this one reaches a function. */
const OVER_LAMBDA_LIMIT = 8_000_000;

/** An HTTP API takes 10 MB (API Gateway quotas, "Payload size"). */
const OVER_GATEWAY_LIMIT = 10 * 1024 * 1024 + 1;

const checkSize = (name: string, bytes: number, isRight: (answer: Exchange) => boolean): Check => ({
  name,
  run: async ({ api }) => {
    const headers = { 'content-type': 'application/json', 'content-length': String(bytes) };
    const answer = await api.send('POST', '/webhooks/jira', { headers, body: Buffer.alloc(bytes, 'a') });
    return judge(isRight(answer), `${bytes} bytes`, answer);
  },
});

const isTooLarge = (answer: Exchange): boolean => hasStatus(answer, 413);

/**
 * Whoever refuses a body must say 413: Jira would send it again and again after anything that may work later.
 * They need no signature, since the size is looked at first.
 */
export const SIZE_CHECKS: readonly Check[] = [
  checkSize('body-over-our-limit', OUR_LIMIT + 1, (answer) => isProblem(answer, 413, 'body-too-large')),
  checkSize('body-over-lambda-limit', OVER_LAMBDA_LIMIT, isTooLarge),
  checkSize('body-over-gateway-limit', OVER_GATEWAY_LIMIT, isTooLarge),
];
