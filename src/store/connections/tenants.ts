import * as z from 'zod/mini';
import type { Connection } from '../../domain/connection.ts';
import { isTenant } from '../../domain/tenant.ts';
import { readChecked } from '../calls/checked-row.ts';
import { updateIf } from '../calls/conditional-write.ts';
import { TENANTS_PARTITION, tenantKey } from '../calls/keys.ts';
import { queryPages } from '../calls/rows.ts';
import { getItem, type Item, type Place } from '../calls/table.ts';

/**
 * A tenant: known since its first connection or subscription. Its first connection that names a Jira site fixes
 * `site_url`. `subscribed`: it has had a subscription, so its events must be matched.
 */
export type Tenant = { tenant_id: string; site_url: string | null; created_ms: number; subscribed: boolean };

const PAGE = 200;

/**
 * All tenants (strongly consistent), first the one of `place`, which is included even without a row: it had events
 * before there were tenants.
 * @throws UnreadableRowError, UnavailableError
 */
export const readTenants = async ({ table, tenant: home, signal }: Place): Promise<Tenant[]> => {
  const query = {
    KeyConditionExpression: 'pk = :tenants',
    ExpressionAttributeValues: { ':tenants': TENANTS_PARTITION },
    ConsistentRead: true,
  };
  const found: Tenant[] = [];
  for await (const rows of queryPages(() => ({ table, signal }), query, ['pk', 'sk'], PAGE))
    found.push(...rows.map(readTenant));
  const first = found.find(({ tenant_id }) => tenant_id === home);
  const others = found.filter((tenant) => tenant !== first);
  return [first ?? { tenant_id: home, site_url: null, created_ms: 0, subscribed: false }, ...others];
};

/** The Jira site of one tenant, null while none is fixed. @throws UnreadableRowError, UnavailableError */
export const readSite = async ({ table, tenant, signal }: Place): Promise<string | null> => {
  const row = await getItem({ table, signal }, tenantKey(tenant));
  return row && readTenant(row).site_url;
};

const tenantRow = z.object({
  sk: z.string().check(z.refine(isTenant)),
  site_url: z._default(z.nullable(z.string()), null),
  created_ms: z.number(),
  subscribed: z._default(z.boolean(), false),
});

const readTenant = (row: Item): Tenant => {
  const { sk, ...rest } = readChecked(tenantRow, row);
  return { tenant_id: sk, ...rest };
};

/** Marks a tenant that has subscriptions but, after a restore, no mark. @throws UnavailableError */
export const markSubscribed = async ({ table, tenant, signal }: Place, nowMs: number): Promise<void> => {
  await updateIf(
    { table, signal },
    { ...subscribedUpdate(tenant, nowMs), condition: 'attribute_not_exists(subscribed)' },
  );
};

/** What a subscription writes to its tenant's row: that it exists, and that its events must be matched. */
export const subscribedUpdate = (tenant: string, nowMs: number) => ({
  key: tenantKey(tenant),
  update: 'SET created_ms = if_not_exists(created_ms, :made), subscribed = :yes',
  values: { ':made': nowMs, ':yes': true },
});

/** Whether a connection delivers issues. Issue ids are unique only within one Jira site, so a tenant has one site. */
const tellsOfIssues = ({ kind }: Connection): boolean => kind === 'jira' || kind === 'automation';

/**
 * What a connection writes to its tenant's row: that it exists, and its site unless one is fixed. The condition fails
 * for another site.
 */
export const tenantUpdate = (connection: Connection) => {
  const { tenant_id, site_url, created_ms } = connection;
  const made = 'SET created_ms = if_not_exists(created_ms, :made)';
  const update = { key: tenantKey(tenant_id), update: made, values: { ':made': created_ms } };
  if (!tellsOfIssues(connection) || site_url === null) return update;
  return {
    ...update,
    update: `${made}, site_url = if_not_exists(site_url, :site)`,
    condition: 'attribute_not_exists(site_url) OR site_url = :site',
    values: { ...update.values, ':site': site_url },
  };
};
