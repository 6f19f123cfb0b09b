import type { MetricName } from '../../contract/metrics.ts';
import type { ProblemType } from '../../domain/delivery.ts';
import { notFound } from '../../http/dispatch.ts';
import type { Run } from '../../http/request.ts';
import { type HttpResponse, type ProblemDetails, problemResponse } from '../../http/response.ts';
import type { Refusal } from './admit.ts';

/** The answer to a refused delivery, its outcome on the log line, and its metric. */
export const answerRefused = (
  refusal: Refusal,
  run: Run,
): { outcome: string; count: MetricName | null; response: HttpResponse } => {
  if (refusal.type === 'unknown')
    return { outcome: 'unknown-connection', count: 'UnknownConnections', response: notFound(run) };
  const { type, count, ...rest } = toProblem(refusal);
  const { run_id, received_ms } = run;
  return { outcome: type, count, response: problemResponse({ type, ...rest, run_id, received_ms }) };
};

type Answer = Pick<ProblemDetails, 'status' | 'detail' | 'headers' | 'reason'> & {
  type: ProblemType;
  count: MetricName | null;
};

const toProblem = (refusal: Exclude<Refusal, { type: 'unknown' }>): Answer => {
  switch (refusal.type) {
    case 'credential-refused':
      return { ...CREDENTIAL, type: refusal.type };
    case 'user-agent-refused':
      return { ...AGENT, type: refusal.type };
    case 'address-refused':
      return { ...UNAVAILABLE, count: 'AddressesRefused' };
    case 'unavailable':
      return UNAVAILABLE;
    case 'connection-inactive':
      return { ...INACTIVE, type: refusal.type, reason: refusal.reason };
    case 'rate-exceeded':
      return { ...RATE, type: refusal.type, headers: { 'retry-after': String(refusal.retry_after) } };
  }
};

/** The same whatever was wrong with the credential, so that an unauthenticated caller learns nothing. */
const CREDENTIAL = {
  status: 401,
  detail: 'The credential of this connection is required.',
  count: 'CredentialsRefused',
} as const;

const AGENT = {
  status: 403,
  detail: 'This connection takes deliveries of another user agent only.',
  count: 'AgentsRefused',
} as const;

const INACTIVE = {
  status: 403,
  detail: 'This connection takes no deliveries now; see reason.',
  count: null,
} as const;

const RATE = {
  status: 429,
  detail: 'More was delivered within this minute than this connection may. Nothing was kept.',
  count: 'RateRefused',
} as const;

const UNAVAILABLE: Answer = {
  type: 'temporarily-unavailable',
  status: 503,
  detail: 'The delivery cannot be stored now. Retry it.',
  count: null,
};
