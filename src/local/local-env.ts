import { type Env, readEnv } from '../contract/env.ts';
import { createLogger, type Logger } from '../platform/logger.ts';
import { gitSha } from './project.ts';

/** The environment from `readEnv`, with GIT_SHA from git if it is not set. @throws ConfigError */
export const readLocalEnv = (source: NodeJS.ProcessEnv): Env => {
  const env = readEnv(source);
  const sha = env.GIT_SHA ?? gitSha();
  return sha === undefined ? env : Object.freeze({ ...env, GIT_SHA: sha });
};

/**
 * Logs readable lines, or JSON lines if `RC_LOG_JSON` is set. The formatter is loaded only if it is used; functions on
 * Lambda always log JSON.
 */
export const openLogger = async (env: Env): Promise<Logger> => {
  if (env.RC_LOG_JSON) return createLogger(env);
  const { default: pretty } = await import('pino-pretty');
  return createLogger(
    env,
    pretty({ sync: true, colorize: process.stdout.isTTY, ignore: 'pid,hostname,git_sha' }),
  );
};
