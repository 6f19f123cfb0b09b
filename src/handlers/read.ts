import { readEnv } from '../contract/env.ts';
import { systemClock } from '../platform/clock.ts';
import { openLogger } from '../platform/open-logger.ts';
import { openTable } from './deps.ts';
import { createHandler } from './dispatch.ts';
import { readRoutes } from './read-routes.ts';

const env = readEnv(process.env);

/** Lambda entry of the read side. */
export const handler = createHandler(readRoutes(openTable(env)), {
  clock: systemClock,
  log: await openLogger(env),
});
