import { readEnv } from '../../../src/contract/env.ts';
import { startInstance } from '../../../src/local/run-instance.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { startServer } from '../../support/server-process.ts';

/** Whatever takes deliveries: an instance in this process, or one of its own that can be killed. */
export type Host = { url: string; stop(): Promise<void>; correlated?(): Promise<void> };

export type ProcessHost = Host & { kill(options?: { engineToo: boolean }): Promise<void> };

/** Nobody reads what is logged of thousands of faults that were asked for. */
const NOWHERE = { write: () => {} };

export const quietLog = () => createLogger(readEnv({}), NOWHERE);

/** An instance in this process, by whose clock it lives. Without `correlate` nothing reads the stream. */
export const startInside = async (
  env: NodeJS.ProcessEnv,
  clock: Clock,
  correlate: boolean,
): Promise<Host> => {
  const instance = await startInstance({ env: readEnv(env), log: quietLog(), clock, correlate });
  return { url: instance.url, stop: () => instance.stop(), correlated: instance.correlated };
};

/** An instance as `npm start` starts it. */
export const startProcess = (folder: string, env: NodeJS.ProcessEnv): Promise<ProcessHost> =>
  startServer(folder, env);
