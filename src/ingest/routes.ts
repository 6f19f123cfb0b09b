import type { Env } from '../contract/env.ts';
import { COMMIT_SOURCES, forEachSource, SOURCES, type Source } from '../domain/source.ts';
import { UnavailableError } from '../errors/errors.ts';
import type { IsOff, RouteHandlers } from '../http/dispatch.ts';
import { openMetrics } from '../platform/metrics.ts';
import { SENDERS } from '../senders/registry.ts';
import { putTaken } from '../store/connections/rate.ts';
import { openRowCache } from '../store/connections/row-cache.ts';
import { createNoteUse } from '../store/connections/use.ts';
import { createVerifier, type Verifier } from '../verify/verify-delivery.ts';
import { openEvents, openMasters, openSecrets, openTable, type Platform, tenantOf } from '../wiring/open.ts';
import { connectionStatus, type TargetsOf, targetsIn } from './connections/connection-status.ts';
import { createRates } from './connections/rates.ts';
import { type ConnectionDeps, receiveThrough } from './connections/receive-connection.ts';
import { health, watchWrites } from './health.ts';
import { receiveDelivery } from './receive.ts';
import { createQuarantineAlarm } from './report.ts';

type Shared = Omit<ConnectionDeps, 'rows' | 'masters' | 'rates' | 'noteUse'>;

/** The write side and `/health`, with everything they need. @throws ConfigError */
export const ingestRoutes = (env: Env, platform: Platform): { routes: RouteHandlers; isOff: IsOff } => {
  const { clock, log } = platform;
  const table = openTable(env, platform.dynamodb);
  const writes = watchWrites(table.client, clock);
  const secrets = openSecrets(env, platform);
  const verifiers = forEachSource((source) =>
    createVerifier({ scheme: SENDERS[source].scheme, secrets: secrets[source], clock }),
  );
  const shared: Shared & { tenant: string } = {
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
  const through = openThrough(env, platform, shared);
  const receiveAny = receiveThrough(through);
  routes['connection-webhook'] = receiveAny;
  routes['earlier-connection-webhook'] = receiveAny;
  const targetsOf: TargetsOf = env.EXECUTIONS === 'on' ? targetsIn(table) : async () => [];
  routes['connection-status'] = connectionStatus({ ...through, writes, targetsOf });
  return { routes, isOff: isOffOf(verifiers) };
};

/** Adds what only the routes of connections need. */
const openThrough = (env: Env, platform: Platform, shared: Shared): ConnectionDeps => {
  const { events, clock } = shared;
  const { table } = events;
  return {
    ...shared,
    rows: openRowCache(table, clock),
    masters: openMasters(env, platform),
    rates: createRates({ exchangeCounts: (share, signal) => putTaken({ table, signal }, share), clock }),
    noteUse: createNoteUse({ table, clock }),
  };
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
