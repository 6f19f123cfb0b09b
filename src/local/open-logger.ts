import pretty from 'pino-pretty';
import type { Env } from '../contract/env.ts';
import { createLogger, type Logger } from '../platform/logger.ts';

/** Readable lines, or JSON lines where `RC_LOG_JSON` asks for them. The functions of Lambda always log JSON. */
export const openLogger = (env: Env): Logger =>
  env.RC_LOG_JSON
    ? createLogger(env)
    : createLogger(
        env,
        pretty({ sync: true, colorize: process.stdout.isTTY, ignore: 'pid,hostname,git_sha' }),
      );
