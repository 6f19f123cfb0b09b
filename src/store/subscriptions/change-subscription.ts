import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { toSubscriptionView } from '../../domain/subscription-view.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { subscriptionKey } from '../calls/keys.ts';
import { getItem, type Item, type Key, type TableCall } from '../calls/table.ts';
import type { Write } from '../calls/transact.ts';
import { subscribedUpdate } from '../connections/tenants.ts';
import { adminEventItem, type ChangeRun, writeWithEvent } from '../events/admin-event.ts';
import { expirySeconds } from '../events/event-row.ts';
import type { EventStore } from '../events/put-event.ts';
import {
  decidedAttributes,
  isSameState,
  type SubscriptionRow,
  subscriptionItem,
} from './subscription-row.ts';

/**
 * Creates the subscription and its audit event, and marks its tenant as subscribed, in one transaction.
 * @throws UnavailableError
 */
export const createSubscription = async (
  { table }: Pick<EventStore, 'table'>,
  subscription: SubscriptionRow,
  audit: SubscriptionAudit,
  run: ChangeRun,
): Promise<'created'> => {
  const condition = 'attribute_not_exists(pk)';
  const row: Write = { kind: 'put', item: subscriptionItem(subscription), condition };
  const tenant: Write = { kind: 'update', ...subscribedUpdate(subscription.tenant_id, run.received_ms) };
  const event = auditItem(null, subscription, audit, run);
  const done = await writeWithEvent({ table, signal: run.signal }, [row, tenant], event);
  if (done === 'written') return 'created';
  throw new UnavailableError('table', new Error('the id of a subscription was taken'));
};

/**
 * Replaces what people decide of a subscription and, if it differs in `after`, the state of its target, with an audit
 * event. An equal state is not written, so that the lane and people do not block each other. A subscription that
 * becomes `deleted` expires once nothing that it had to send can be left.
 * @param before as it was read; what is written has the next revisions
 * @returns `stale-revision` if another person has changed it meanwhile, `stale-state` if the lane has
 * @throws UnavailableError
 */
export const changeSubscription = async (
  store: Pick<EventStore, 'table' | 'retention_days'>,
  before: SubscriptionRow,
  after: SubscriptionRow,
  audit: SubscriptionAudit,
  run: ChangeRun,
): Promise<'changed' | 'stale-revision' | 'stale-state'> => {
  const stays = isSameState(before, after);
  const revised = {
    ...after,
    rev: before.rev + 1,
    state_rev: before.state_rev + (stays ? 0 : 1),
  };
  const expiresAt = expirySeconds(run.received_ms, 'quarantined', store.retention_days);
  const write = stays ? decidedWrite(before, revised) : wholeWrite(before, revised, expiresAt);
  const event = auditItem(before, revised, audit, run);
  const place = { table: store.table, signal: run.signal };
  const done = await writeWithEvent(place, [write], event);
  if (done === 'written') return 'changed';
  return (await isRevision(place, before)) ? 'stale-state' : 'stale-revision';
};

const decidedWrite = (before: SubscriptionRow, after: SubscriptionRow): Write => {
  const { decided, rev } = decidedAttributes(after);
  return {
    kind: 'update',
    key: subscriptionKey(after.subscription_id),
    update: 'SET decided = :decided, rev = :rev',
    condition: 'rev = :before',
    values: { ':decided': decided, ':rev': rev, ':before': before.rev },
  };
};

const wholeWrite = (before: SubscriptionRow, after: SubscriptionRow, expiresAt: number): Write => {
  const expires = after.status === 'deleted' ? { [TTL_ATTRIBUTE]: expiresAt } : {};
  return {
    kind: 'put',
    item: { ...subscriptionItem(after), ...expires },
    condition: 'rev = :before AND state_rev = :state',
    values: { ':before': before.rev, ':state': before.state_rev },
  };
};

const isRevision = async (place: TableCall, { subscription_id, rev }: SubscriptionRow): Promise<boolean> =>
  (await getItem(place, subscriptionKey(subscription_id)))?.rev === rev;

/** Who changed a subscription, and how. `who`: the caller's ARN, or `local`. */
type SubscriptionAudit = { who: string; what: SubscriptionChange };

type SubscriptionChange =
  | 'subscription-created'
  | 'subscription-changed'
  | 'subscription-rotated'
  | 'subscription-paused'
  | 'subscription-resumed'
  | 'subscription-removed';

/** The audit event of a change. @param before null if there was none. @param after as it is written */
const auditItem = (
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

/** As answers show it, plus the target's version, which shows that path or headers changed but not to what. */
const shown = (row: SubscriptionRow) => ({ ...toSubscriptionView(row), target_version: row.target.version });
