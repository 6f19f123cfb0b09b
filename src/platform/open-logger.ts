import type { Env } from '../contract/env.ts';
import { createLogger, type Logger } from './logger.ts';

/**
 * JSON lines on Lambda and where `RC_LOG_JSON` asks for them, else readable ones. The formatter is loaded
 * only when it is used.
 */
export const openLogger = async (env: Env): Promise<Logger> => {
  if (env.RC_LOG_JSON ?? env.on_lambda) return createLogger(env);
  const { default: pretty } = await import('pino-pretty');
  return createLogger(
    env,
    pretty({ sync: true, colorize: process.stdout.isTTY, ignore: 'pid,hostname,git_sha' }),
  );
};
