import type { Env } from '../contract/env.ts';
import { createLogger, type Logger } from '../platform/logger.ts';

/**
 * Readable lines, or JSON lines where `RC_LOG_JSON` asks for them. The formatter is loaded only when it is used; the
 * functions of Lambda always log JSON.
 */
export const openLogger = async (env: Env): Promise<Logger> => {
  if (env.RC_LOG_JSON) return createLogger(env);
  const { default: pretty } = await import('pino-pretty');
  return createLogger(
    env,
    pretty({ sync: true, colorize: process.stdout.isTTY, ignore: 'pid,hostname,git_sha' }),
  );
};
