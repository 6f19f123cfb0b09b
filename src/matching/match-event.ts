import type { Subscription, SubscriptionState } from '../domain/subscription.ts';
import type { StoredEvent } from '../store/events/event-row.ts';
import { type Judged, judge } from './filter.ts';
import { saidOf } from './said.ts';

/** What of a subscription decides. */
type Matching = Pick<Subscription, 'tenant_id' | 'filter' | 'matches_since_ms'> &
  Pick<SubscriptionState, 'status'>;

/**
 * Whether an event is to be sent for a subscription, and if not, which rule says so. Both are all that is looked at: who
 * asks again, after a replay, a sweep or a crash, gets the same answer.
 */
export const matchEvent = (subscription: Matching, event: StoredEvent): Judged => {
  if (event.tenant !== subscription.tenant_id) return { matches: false, rule: 'tenant' };
  if (subscription.status === 'deleted') return { matches: false, rule: 'deleted' };
  if (event.received_ms < subscription.matches_since_ms) return { matches: false, rule: 'matches_since' };
  return judge(subscription.filter, saidOf(event));
};
