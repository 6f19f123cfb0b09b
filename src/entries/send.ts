import { readEnv } from '../contract/env.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/logger.ts';
import { createSendHandler, openSend } from '../send/open-send.ts';

const env = readEnv(process.env);

/** Lambda entry of sending: hints and pings. */
export const handler = createSendHandler(openSend(env, { clock: systemClock, log: createLogger(env) }));
