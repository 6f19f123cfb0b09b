import type { Env } from '../contract/env.ts';
import { createVerifier } from '../verify/verify-delivery.ts';
import { openRawBodies, openSecrets, openTable, type Platform } from './deps.ts';
import type { RouteHandlers } from './dispatch.ts';
import { health } from './health.ts';
import { createQuarantineAlarm } from './quarantine-alarm.ts';
import { receiveDelivery } from './receive-delivery.ts';

/** The write side and `/health`, with everything they need. @throws ConfigError */
export const ingestRoutes = (env: Env, platform: Platform): RouteHandlers => {
  const { clock, log } = platform;
  const table = openTable(env, platform.dynamodb);
  const verifier = createVerifier({ secrets: openSecrets(env, platform), clock });
  const deliver = receiveDelivery({
    verifier,
    events: { table, rawBodies: openRawBodies(env), retention_days: env.EVENT_RETENTION_DAYS },
    allowed: env.ALLOWED_CIDRS,
    max_body_bytes: env.MAX_BODY_BYTES,
    quarantineAlarm: createQuarantineAlarm(clock, log),
    clock,
    log,
  });
  return { 'jira-webhook': deliver, health: health({ table, verifier, clock }) };
};
