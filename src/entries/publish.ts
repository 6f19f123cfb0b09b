import { readEnv } from '../contract/env.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/logger.ts';
import { createPublishHandler } from '../publish/handler.ts';
import { openPublish } from '../publish/open-publish.ts';

const env = readEnv(process.env);

/** Lambda entry of publishing: batches of the table's stream, and scheduled tasks. */
export const handler = createPublishHandler(openPublish(env, { clock: systemClock, log: createLogger(env) }));
