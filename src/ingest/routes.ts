import type { Env } from '../contract/env.ts';
import { COMMIT_SOURCES, forEachSource, SOURCES, type Source } from '../domain/source.ts';
import { UnavailableError } from '../errors/errors.ts';
import type { IsOff, RouteHandlers } from '../http/dispatch.ts';
import { openMetrics } from '../platform/metrics.ts';
import { SENDERS } from '../senders/registry.ts';
import { createVerifier, type Verifier } from '../verify/verify-delivery.ts';
import { openEvents, openSecrets, openTable, type Platform, tenantOf } from '../wiring/open.ts';
import { health, watchWrites } from './health.ts';
import { receiveDelivery } from './receive.ts';
import { createQuarantineAlarm } from './report.ts';

/** The write side and `/health`, with everything they need. @throws ConfigError */
export const ingestRoutes = (env: Env, platform: Platform): { routes: RouteHandlers; isOff: IsOff } => {
  const { clock, log } = platform;
  const table = openTable(env, platform.dynamodb);
  const writes = watchWrites(table.client, clock);
  const secrets = openSecrets(env, platform);
  const verifiers = forEachSource((source) =>
    createVerifier({ scheme: SENDERS[source].scheme, secrets: secrets[source], clock }),
  );
  const shared = {
    tenant: tenantOf(platform),
    events: openEvents(env, table),
    allowed: env.ALLOWED_CIDRS,
    max_body_bytes: env.MAX_BODY_BYTES,
    quarantineAlarm: createQuarantineAlarm(clock, log),
    count: platform.count ?? openMetrics(env),
    clock,
    log,
  };
  const routes: RouteHandlers = { health: health({ table, writes, verifier: verifiers.jira }) };
  for (const source of SOURCES) {
    const receive = receiveDelivery({ ...shared, source, verifier: verifiers[source] });
    routes[`${source}-webhook`] = receive;
    if (source === 'jira') routes['earlier-jira-webhook'] = receive;
  }
  return { routes, isOff: isOffOf(verifiers) };
};

const isOffOf =
  (verifiers: Record<Source, Verifier>): IsOff =>
  async (name, { headers }) => {
    const source = COMMIT_SOURCES.find((candidate) => name === `${candidate}-webhook`);
    if (source === undefined) return false;
    const presence = await verifiers[source].presence(headers);
    if (presence === 'unavailable') throw new UnavailableError('secret', new Error('no secret is known'));
    return presence === 'off';
  };
