import type { Connection } from '../domain/connection.ts';
import { DAY_MS, toPhoenixDay, toUtcIso } from '../domain/instant.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Count } from '../platform/metrics.ts';
import type { Place, Table } from '../store/calls/table.ts';
import { noteAgesDay, readAgesDay } from '../store/connections/ages-day.ts';
import { listConnections } from '../store/connections/connection-row.ts';
import { readTenants } from '../store/connections/tenants.ts';
import { type DatedSecret, type KeyAge, readSecretAges } from '../verify/secret-ages.ts';

export type OldSecretsDeps = {
  table: Table;
  /** The tenant of the built-in webhooks; its rows keep the day of the last check. */
  tenant: string;
  clock: Clock;
  log: Logger;
  count: Count;
  /** Reads the secret of all sources; null if there is none, because overrides are set. */
  readSecret: (() => Promise<DatedSecret>) | null;
};

/**
 * Once per Phoenix day, counts and logs secrets older than 90 days: credentials of connections, main keys of sources,
 * and the newest master if any connection needs one. After a fault or a crash the next call repeats the check; a crash
 * can count one day twice.
 * @throws UnavailableError, UnreadableRowError, SecretDocumentError, or what reading the secret throws
 */
export const checkSecretAges = async (deps: OldSecretsDeps): Promise<void> => {
  const nowMs = deps.clock();
  const today = toPhoenixDay(nowMs);
  const last = await readAgesDay(placeOf(deps));
  if (last !== null && last >= today) return;
  const old = (await findKeys(deps, nowMs)).filter(({ since_ms }) => isOld(since_ms, nowMs));
  if (old.length > 0) tell(deps, old);
  await noteAgesDay(placeOf(deps), today);
};

const OLD_MS = 90 * DAY_MS;

const isOld = (since_ms: number | null, nowMs: number): boolean =>
  since_ms !== null && nowMs - since_ms > OLD_MS;

const CALL_MS = 10_000;

const newSignal = (): AbortSignal => AbortSignal.timeout(CALL_MS);

const placeOf = ({ table, tenant }: OldSecretsDeps): Place => ({ table, tenant, signal: newSignal() });

/**
 * Keys of the secret, then credentials of connections. The newest master counts only if a connection needs a master.
 */
const findKeys = async (deps: OldSecretsDeps, nowMs: number): Promise<KeyAge[]> => {
  const connections = await openConnections(deps);
  const ofConnections = connections.map(({ connection_id, secret_made_ms }) => ({
    name: connection_id,
    since_ms: secret_made_ms,
  }));
  if (deps.readSecret === null) return ofConnections;
  const { sources, newest_master } = readSecretAges(await deps.readSecret(), nowMs);
  const needsMaster = connections.some(({ current }) => current.from !== 'digest');
  return [...sources, ...(needsMaster && newest_master ? [newest_master] : []), ...ofConnections];
};

/** All connections except disabled ones, which take no deliveries even with a leaked secret. */
const openConnections = async (deps: OldSecretsDeps): Promise<Connection[]> => {
  const found: Connection[] = [];
  for (const { tenant_id } of await readTenants(placeOf(deps)))
    for await (const page of listConnections({ table: deps.table, tenant: tenant_id, newSignal }))
      found.push(...page.filter(({ status }) => status !== 'disabled'));
  return found;
};

/** Most names in the log line; its count covers all. */
const MOST_NAMED = 100;

const tell = ({ count, log }: OldSecretsDeps, old: KeyAge[]): void => {
  count('SecretsOld', old.length);
  const oldestFirst = old.toSorted((a, b) => (a.since_ms ?? 0) - (b.since_ms ?? 0));
  const secrets = oldestFirst
    .slice(0, MOST_NAMED)
    .map(({ name, since_ms }) => [name, since_ms === null ? null : toUtcIso(since_ms)]);
  log.warn({ alarm: 'secrets-old', old: old.length, secrets }, 'secrets are older than 90 days');
};
