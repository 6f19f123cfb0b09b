import { DAY_MS, instantOf } from '../domain/instant.ts';
import { type Answer, retryAfter } from './answer.ts';
import type { BucketLevel } from './bucket.ts';

/** What an answer says about subsequent requests. */
export type Advice = {
  /** Jira will soon refuse more. */
  near_limit: boolean;
  /** Milliseconds until Jira allows one more request; 0 when it does not say. */
  fill_ms: number;
  /** Epoch milliseconds before which no request should be sent; null when Jira does not say. */
  not_before: number | null;
  /** Only Data Center has one. */
  bucket: BucketLevel | null;
};

/** The fraction of the limit below which Cloud warns. */
const NEAR = 0.2;

/**
 * Reads the headers of Cloud (`-NearLimit`, `-Reset`) and of Data Center, which has a token bucket per user with its
 * own fill rate (`-Interval-Seconds`, `-FillRate`).
 */
export const readAdvice = (answer: Pick<Answer, 'status' | 'headers'>, nowMs: number): Advice => {
  const rate = readHeaders(answer.headers);
  const isEmpty = rate.remaining === 0;
  const asked = answer.status >= 400 || isEmpty ? retryAfter(answer, nowMs) : null;
  const reset = isEmpty && rate.reset_ms !== null ? Math.min(rate.reset_ms, nowMs + DAY_MS) : null;
  const { remaining: left, interval_ms, fill_rate } = rate;
  return {
    near_limit: isEmpty || isNear(rate),
    fill_ms: fill_rate > 0 ? interval_ms / fill_rate : 0,
    not_before: asked ?? reset,
    bucket: left !== null && interval_ms > 0 ? { left, fill: Math.max(fill_rate, 1), interval_ms } : null,
  };
};

type Rate = ReturnType<typeof readHeaders>;

const readHeaders = (headers: Headers) => {
  const textOf = (name: string): string => headers.get(`x-ratelimit-${name}`)?.trim() ?? '';
  const numberOf = (name: string): number | null =>
    /^\d{1,9}(\.\d{1,9})?$/.test(textOf(name)) ? Number(textOf(name)) : null;
  return {
    says_near: textOf('nearlimit').toLowerCase() === 'true',
    limit: numberOf('limit'),
    remaining: numberOf('remaining'),
    interval_ms: Math.min((numberOf('interval-seconds') ?? 0) * 1000, DAY_MS),
    fill_rate: numberOf('fillrate') ?? 0,
    reset_ms: instantOf(textOf('reset')),
  };
};

const isNear = ({ says_near, limit, remaining }: Rate): boolean =>
  says_near || (limit !== null && remaining !== null && remaining < NEAR * limit);
