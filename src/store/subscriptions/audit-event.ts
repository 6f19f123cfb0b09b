import { toSubscriptionView } from '../../domain/subscription-view.ts';
import type { Item, Key } from '../calls/table.ts';
import { adminEventItem } from '../events/admin-event.ts';
import type { SubscriptionRow } from './subscription-row.ts';

/** Who changed a subscription, and how. `who`: the caller's ARN, or `local`. */
export type SubscriptionAudit = { who: string; what: SubscriptionChange };

type SubscriptionChange =
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

/** As answers show it, and by its version that the target has another path or headers: nothing of what these say. */
const shown = (row: SubscriptionRow) => ({ ...toSubscriptionView(row), target_version: row.target.version });
