import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { FieldError, ProblemType } from '../domain/delivery.ts';
import { toPhoenixIso } from '../domain/instant.ts';

export type HttpResponse = APIGatewayProxyStructuredResultV2;

/** Seconds after which a sender may come again when a dependency of ours failed. */
const RETRY_AFTER_SECONDS = '30';

export const jsonResponse = (statusCode: number, body: object): HttpResponse => ({
  statusCode,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});

const TITLES: Record<ProblemType, string> = {
  'signature-refused': 'Signature refused',
  'body-not-json': 'The body is not JSON',
  'not-a-jira-webhook': 'The body is not a Jira webhook',
  'not-a-commit-delivery': 'The body is not a commit delivery',
  'stored-for-repair': 'The body was stored for repair',
  'body-too-large': 'The body is too large',
  'address-not-allowed': 'Address not allowed',
  'temporarily-unavailable': 'Temporarily unavailable',
  'not-found': 'Not found',
  'method-not-allowed': 'Method not allowed',
  'bad-request': 'Bad request',
  misdirected: 'The request is for another server',
  'cross-site': 'Other sites get no answer',
};

export type ProblemDetails = {
  type: ProblemType;
  status: number;
  detail: string;
  run_id: string;
  received_ms: number;
  event_id?: string;
  errors?: FieldError[];
  headers?: Record<string, string>;
};

/** An error as RFC 9457 `application/problem+json`. `detail` is for people and holds no value of the request. */
export const problemResponse = (problem: ProblemDetails): HttpResponse => {
  const { type, status, detail, run_id, received_ms, event_id, errors, headers } = problem;
  const retry: Record<string, string> = status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {};
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...retry,
      ...headers,
    },
    body: JSON.stringify({
      type: `urn:jira-webhook-sync:problem:${type}`,
      title: TITLES[type],
      status,
      detail,
      run_id,
      received_at: toPhoenixIso(received_ms),
      ...(event_id === undefined ? {} : { event_id }),
      ...(errors === undefined ? {} : { errors }),
    }),
  };
};
