import pMap from 'p-map';
import { UnreadableRowError } from '../errors/errors.ts';
import { readTenants, type Tenant } from '../store/connections/tenants.ts';
import { listSubscriptions, type SubscriptionRow } from '../store/subscriptions/subscription-row.ts';
import { AT_A_TIME, newSignal, type PublishDeps, walkOf } from './scope.ts';

/** Subscriptions by their tenants; a tenant without one is not in it. */
export type Subscribed = ReadonlyMap<string, readonly SubscriptionRow[]>;

/** The ids of the tenants that have, or had, subscriptions: one query. @throws UnreadableRowError, UnavailableError */
export const tenantIds = async (deps: PublishDeps): Promise<string[]> =>
  (await allTenants(deps)).flatMap(({ tenant_id, subscribed }) => (subscribed ? [tenant_id] : []));

/** Every tenant, whether or not it is known to have subscriptions. @throws UnreadableRowError, UnavailableError */
export const allTenants = ({ table, tenant }: PublishDeps): Promise<Tenant[]> =>
  readTenants({ table, tenant, signal: newSignal() });

/**
 * A tenant's subscriptions, deleted ones too.
 * @throws UnreadableRowError, UnavailableError
 */
export const subscriptionsOf = async (deps: PublishDeps, tenant: string): Promise<SubscriptionRow[]> => {
  const found: SubscriptionRow[] = [];
  for await (const rows of listSubscriptions(walkOf(deps, tenant))) found.push(...rows);
  return found;
};

/**
 * The subscriptions of all tenants that events may match. A tenant with an unreadable row is left out, so that it does
 * not hold up the events of others; the sweep does not move its mark until the row is repaired.
 * @throws UnreadableRowError when the tenants cannot be read, UnavailableError
 */
export const subscribed = async (deps: PublishDeps): Promise<Subscribed> => {
  const tenants = await tenantIds(deps);
  const lists = await pMap(
    tenants,
    async (tenant) => [tenant, (await readableOf(deps, tenant)).filter(mayMatch)] as const,
    { concurrency: AT_A_TIME },
  );
  return new Map(lists.filter(([, list]) => list.length > 0));
};

const readableOf = async (deps: PublishDeps, tenant: string): Promise<SubscriptionRow[]> => {
  try {
    return await subscriptionsOf(deps, tenant);
  } catch (fault) {
    if (!(fault instanceof UnreadableRowError)) throw fault;
    deps.log.error({ tenant_id: tenant, fault: fault.message }, 'subscriptions cannot be read');
    return [];
  }
};

export const mayMatch = ({ status }: Pick<SubscriptionRow, 'status'>): boolean => status !== 'deleted';
