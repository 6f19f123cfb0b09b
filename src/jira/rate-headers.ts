import { instantOf } from '../domain/instant.ts';
import { type Answer, retryAfter } from './answer.ts';

/** What an answer says about the requests that follow. */
export type Advice = {
  /** Jira will soon refuse more. */
  near_limit: boolean;
  /** How often Jira allows one more, in milliseconds; 0 when it does not say. */
  fill_ms: number;
  /** Epoch milliseconds: Jira wants to hear nothing before. Null when it does not say. */
  not_before: number | null;
};

/** Where Cloud begins to warn. */
const NEAR = 0.2;

/**
 * Reads the headers of Cloud (`-NearLimit`, `-Reset`) and of Data Center, which has a bucket of requests for each user
 * that is filled at its own speed (`-Interval-Seconds`, `-FillRate`).
 */
export const readAdvice = (answer: Pick<Answer, 'status' | 'headers'>, nowMs: number): Advice => {
  const rate = readHeaders(answer.headers);
  const isEmpty = rate.remaining === 0;
  const asked = answer.status >= 400 || isEmpty ? retryAfter(answer, nowMs) : null;
  return {
    near_limit: isEmpty || isNear(rate),
    fill_ms: fillMs(rate),
    not_before: asked ?? (isEmpty ? refilledMs(rate, nowMs) : null),
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
    interval_ms: (numberOf('interval-seconds') ?? 0) * 1000,
    fill_rate: numberOf('fillrate') ?? 0,
    reset_ms: instantOf(textOf('reset')),
  };
};

const isNear = ({ says_near, limit, remaining }: Rate): boolean =>
  says_near || (limit !== null && remaining !== null && remaining < NEAR * limit);

const fillMs = ({ interval_ms, fill_rate }: Rate): number => (fill_rate > 0 ? interval_ms / fill_rate : 0);

const LONGEST_MS = 86_400_000;

/** When a limit that is used up is so no longer; a day from now at most. */
const refilledMs = ({ interval_ms, reset_ms }: Rate, nowMs: number): number | null => {
  const until = interval_ms > 0 ? nowMs + interval_ms : reset_ms;
  return until === null ? null : Math.min(until, nowMs + LONGEST_MS);
};
