import { BadRequestError, describeFault, UnavailableError, UnreadableRowError } from '../errors/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { type HttpResponse, problemResponse } from './response.ts';
import type { Run } from './run.ts';

/** Where a fault was thrown, without its message: JSON.parse quotes the body in its own. */
const frames = (fault: unknown): string[] =>
  fault instanceof Error
    ? (fault.stack ?? '')
        .split('\n')
        .filter((line) => line.startsWith('    at '))
        .slice(0, 8)
    : [];

/** A row is named, because somebody has to look at it. */
const describe = (fault: unknown): string => {
  if (fault instanceof UnreadableRowError) return fault.message;
  return describeFault(fault instanceof UnavailableError ? fault.cause : fault);
};

const logFault = (log: Logger, run: Run, fault: unknown): void => {
  const dependency = fault instanceof UnavailableError ? fault.dependency : null;
  log.error(
    { run_id: run.run_id, dependency, fault: describe(fault), at: dependency ? [] : frames(fault) },
    'request failed',
  );
};

/**
 * The answer to anything thrown. Only a caller's mistake is a 4xx: a fault of ours must be a 503, which Jira
 * sends again.
 */
export const faultResponse = (log: Logger, run: Run, fault: unknown): HttpResponse => {
  const { run_id, received_ms } = run;
  if (fault instanceof BadRequestError)
    return problemResponse({ type: 'bad-request', status: 400, detail: fault.message, run_id, received_ms });
  logFault(log, run, fault);
  const detail =
    'A part of the service did not answer in time. Nothing is lost: send the same request again.';
  return problemResponse({ type: 'temporarily-unavailable', status: 503, detail, run_id, received_ms });
};
