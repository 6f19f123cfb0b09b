import { toUtcIso } from '../../domain/instant.ts';
import type { Item, Key } from '../calls/table.ts';
import { adminEventItem } from '../events/admin-event.ts';
import type { SubscriptionRow } from './subscription-row.ts';

/** Who changed a subscription, and how. `who`: the caller's ARN, or `local`. */
export type SubscriptionAudit = { who: string; what: SubscriptionChange };

export type SubscriptionChange =
  | 'subscription-created'
  | 'subscription-changed'
  | 'subscription-rotated'
  | 'subscription-paused'
  | 'subscription-resumed'
  | 'subscription-removed';

/** The event that tells of a change. @param after as it is written; `before` null where there was none */
export const auditItem = (
  before: SubscriptionRow | null,
  after: SubscriptionRow,
  audit: SubscriptionAudit,
  run: { run_id: string; received_ms: number },
): Item & Key => {
  const { tenant_id, subscription_id, rev } = after;
  const row = { subscription_id };
  return adminEventItem(
    { tenant_id, row, rev, ...audit, before: before && shown(before), after: shown(after) },
    run,
  );
};

/** Field by field: nothing of its target but the host and the names of headers, and of its key only the version. */
const shown = (row: SubscriptionRow) => ({
  name: row.name,
  kind: row.kind,
  url: row.target.shown_url,
  header_names: row.target.header_names,
  filter: row.filter,
  format: row.format,
  signature: row.signature,
  secret: row.current && {
    version: row.current.version,
    previous_until: row.previous_until_ms === null ? null : toUtcIso(row.previous_until_ms),
  },
  target_version: row.target.version,
  priority: row.priority,
  concurrency: row.concurrency,
  rate_per_second: row.rate_per_second,
  timeout_seconds: row.timeout_seconds,
  retry: row.retry,
  matches_since: toUtcIso(row.matches_since_ms),
  status: row.status,
  status_reason: row.status_reason,
  rev: row.rev,
});
