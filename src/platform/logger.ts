import { type DestinationStream, type Logger, pino } from 'pino';
import type { Env } from '../contract/env.ts';
import type { LogAlarm } from '../contract/log-alarms.ts';

export type { Logger } from 'pino';

declare module 'pino' {
  namespace pino {
    /** Only documented alarms compile. */
    interface LogFnFields {
      alarm?: LogAlarm;
    }
  }
}

/** Names under which a secret, a signature, a body or an address could get into a log line by mistake. */
const NEVER = [
  'secret_value',
  'signature',
  'headers',
  'body',
  'email',
  'emailAddress',
  'err.config',
  'err.$response',
];

/**
 * The process's logger. JSON lines go to standard output synchronously, because Lambda freezes the process
 * after an answer. `stream` replaces it (readable lines, tests).
 */
export const createLogger = (env: Env, stream?: DestinationStream): Logger => {
  const options = {
    level: env.LOG_LEVEL,
    base: { git_sha: env.GIT_SHA ?? 'unknown' },
    redact: { paths: NEVER, remove: true },
  };
  return stream ? pino(options, stream) : pino(options);
};
