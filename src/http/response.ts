import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { FieldError, ProblemType } from '../domain/delivery.ts';
import { toPhoenixIso } from '../domain/instant.ts';
import { BadRequestError, describeFault, UnavailableError, UnreadableRowError } from '../errors/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Run } from './request.ts';

export type HttpResponse = APIGatewayProxyStructuredResultV2;

export const jsonResponse = (statusCode: number, body: object): HttpResponse => ({
  statusCode,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});

/**
 * Returns bytes from a third party as a download, with headers that keep browsers from rendering them as a page.
 * @param name of the file; letters, digits, `_`, `-` and `.`
 */
export const bytesResponse = (bytes: Uint8Array, name: string): HttpResponse => ({
  statusCode: 200,
  headers: {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${name}"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'no-store',
  },
  body: Buffer.from(bytes).toString('base64'),
  isBase64Encoded: true,
});

export type ProblemDetails = {
  type: ProblemType;
  status: number;
  detail: string;
  run_id: string;
  received_ms: number;
  event_id?: string;
  errors?: FieldError[];
  /** What the sender's admin should check. */
  hint?: string | undefined;
  /** Why a connection takes no deliveries, as its admin wrote it. */
  reason?: string;
  headers?: Record<string, string>;
};

/** Seconds after which a sender may retry when one of our dependencies failed. */
const RETRY_AFTER_SECONDS = '30';

const TITLES: Record<ProblemType, string> = {
  'signature-refused': 'Signature refused',
  'body-not-json': 'The body is not JSON',
  'not-a-jira-webhook': 'The body is not a Jira webhook',
  'not-a-commit-delivery': 'The body is not a commit delivery',
  'stored-for-repair': 'The body was stored for repair',
  'body-too-large': 'The body is too large',
  'address-not-allowed': 'Address not allowed',
  'temporarily-unavailable': 'Temporarily unavailable',
  'credential-refused': 'Credential refused',
  'user-agent-refused': 'User agent refused',
  'rate-exceeded': 'The rate is exceeded',
  'connection-inactive': 'The connection is not active',
  'tenant-mismatch': 'The body names another tenant',
  'project-not-allowed': 'The project is not allowed',
  'not-found': 'Not found',
  'method-not-allowed': 'Method not allowed',
  'bad-request': 'Bad request',
  misdirected: 'The request is for another server',
  'cross-site': 'Cross-site requests are not answered',
  'token-required': 'A token is required',
  'json-required': 'The content type must be JSON',
  'revision-required': 'A revision is required',
  'stale-revision': 'The revision is stale',
  'rotation-under-way': 'A rotation is under way',
  'no-master': 'There is no master to make a secret from',
  'other-site': 'The tenant has another Jira site',
  'wrong-status': 'The status does not allow it',
};

/** An error as RFC 9457 `application/problem+json`. `detail` is for people and holds no value of the request. */
export const problemResponse = (problem: ProblemDetails): HttpResponse => {
  const { type, status, detail, run_id, received_ms, event_id, errors, hint, reason, headers } = problem;
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
      ...(hint === undefined ? {} : { hint }),
      ...(reason === undefined ? {} : { reason }),
    }),
  };
};

/**
 * The answer to any error. Only a caller's mistake is a 4xx; a fault of ours must be a 503, which makes Jira retry.
 */
export const faultResponse = (log: Logger, run: Run, fault: unknown): HttpResponse => {
  const { run_id, received_ms } = run;
  if (fault instanceof BadRequestError) {
    const { message: detail, errors } = fault;
    const shown = errors === undefined ? {} : { errors };
    return problemResponse({ type: 'bad-request', status: 400, detail, run_id, received_ms, ...shown });
  }
  logFault(log, run, fault);
  const detail = 'A dependency did not answer in time. Nothing is lost: retry the same request.';
  return problemResponse({ type: 'temporarily-unavailable', status: 503, detail, run_id, received_ms });
};

const logFault = (log: Logger, run: Run, fault: unknown): void => {
  const dependency = fault instanceof UnavailableError ? fault.dependency : null;
  log.error(
    { run_id: run.run_id, dependency, fault: describe(fault), at: dependency ? [] : frames(fault) },
    'request failed',
  );
};

/** The message of an unreadable row is logged, because it names the row that a person has to check. */
const describe = (fault: unknown): string => {
  if (fault instanceof UnreadableRowError) return fault.message;
  return describeFault(fault instanceof UnavailableError ? fault.cause : fault);
};

/** The stack frames without the message, because that of JSON.parse quotes the body. */
const frames = (fault: unknown): string[] =>
  fault instanceof Error
    ? (fault.stack ?? '')
        .split('\n')
        .filter((line) => line.startsWith('    at '))
        .slice(0, 8)
    : [];
