import { toUtcIso } from './instant.ts';
import type { Subscription, SubscriptionSettings, SubscriptionState } from './subscription.ts';

/** A subscription as answers show it: never a key, a header's value, or the path or query of its target. */
export type SubscriptionView = SubscriptionSettings &
  Pick<
    Subscription & SubscriptionState,
    'subscription_id' | 'tenant_id' | 'kind' | 'status' | 'status_reason' | 'rev' | 'updated_by'
  > & {
    /** `https://host/…` */
    url: string;
    header_names: string[];
    /** Null if nothing is signed. */
    secret: {
      source: 'derived' | 'imported';
      encoding: 'text' | 'base64';
      version: number;
      previous_until: string | null;
    } | null;
    status_at: string;
    /** When an open target gets its next probe. */
    next_probe_at: string | null;
    failed_attempts_in_a_row: number;
    matches_since: string;
    created_at: string;
    updated_at: string;
  };

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : toUtcIso(ms));

/** Copies field by field, so that a new field of the row is not exposed by accident. */
export const toSubscriptionView = (row: Subscription & SubscriptionState): SubscriptionView => ({
  subscription_id: row.subscription_id,
  tenant_id: row.tenant_id,
  name: row.name,
  kind: row.kind,
  url: row.target.shown_url,
  header_names: row.target.header_names,
  filter: filterView(row.filter),
  format: row.format,
  signature: row.signature,
  secret: secretView(row),
  priority: row.priority,
  concurrency: row.concurrency,
  rate_per_second: row.rate_per_second,
  timeout_seconds: row.timeout_seconds,
  retry: row.retry,
  status: row.status,
  status_reason: row.status_reason,
  status_at: toUtcIso(row.status_ms),
  next_probe_at: row.status === 'open' ? isoOrNull(row.next_probe_ms) : null,
  failed_attempts_in_a_row: row.failed_in_a_row,
  matches_since: toUtcIso(row.matches_since_ms),
  rev: row.rev,
  created_at: toUtcIso(row.created_ms),
  updated_at: toUtcIso(row.updated_ms),
  updated_by: row.updated_by,
});

const filterView = (filter: Subscription['filter']): Subscription['filter'] => ({
  connections: filter.connections,
  sources: filter.sources,
  event_types: filter.event_types,
  projects: filter.projects,
  issue_types: filter.issue_types,
  priorities: filter.priorities,
  request_types: filter.request_types,
  labels: filter.labels,
  changed_fields: filter.changed_fields,
  except_actors: filter.except_actors,
});

const secretView = ({ signature, current, previous_until_ms }: Subscription): SubscriptionView['secret'] => {
  // With signature `none` a stored key is unused. A digest cannot sign, so a subscription never has one.
  if (signature === 'none' || current === null || current.from === 'digest') return null;
  return {
    source: current.from === 'derived' ? 'derived' : 'imported',
    encoding: current.encoding,
    version: current.version,
    previous_until: isoOrNull(previous_until_ms),
  };
};
