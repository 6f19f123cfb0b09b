import type { SubscriptionState } from '../../domain/subscription.ts';
import { updateIf } from '../calls/conditional-write.ts';
import { subscriptionKey, subscriptionsPartition } from '../calls/keys.ts';
import { getItem, type TableCall, type Walk } from '../calls/table.ts';
import { listRows } from '../calls/worklist.ts';
import { readSubscriptionRow, type SubscriptionRow, stateAttributes } from './subscription-row.ts';

/** The subscription as it is now (strongly consistent), whoever's it is. @throws UnreadableRowError, UnavailableError */
export const getSubscription = async (place: TableCall, id: string): Promise<SubscriptionRow | null> => {
  const row = await getItem(place, subscriptionKey(id));
  return row && readSubscriptionRow(row);
};

/**
 * A tenant's subscriptions in the order in which they were made, page by page: as `listRows` finds them. Deleted ones are
 * among them until what they had to send has expired.
 * @throws UnreadableRowError, UnavailableError
 */
export async function* listSubscriptions(walk: Walk): AsyncGenerator<SubscriptionRow[]> {
  const partition = subscriptionsPartition(walk.tenant);
  for await (const rows of listRows(walk, partition)) yield rows.map(readSubscriptionRow);
}

/**
 * Writes how the target is doing, and nothing of what people decide: if nobody has written it since it was read.
 * @param state gets the revision behind that of `before`
 * @throws UnavailableError
 */
export const writeState = async (
  place: TableCall,
  before: SubscriptionRow,
  state: Omit<SubscriptionState, 'state_rev'>,
): Promise<'written' | 'stale'> => {
  const { target_state, state_rev } = stateAttributes({ ...state, state_rev: before.state_rev + 1 });
  const result = await updateIf(place, {
    key: subscriptionKey(before.subscription_id),
    update: 'SET target_state = :state, state_rev = :rev',
    condition: 'state_rev = :before',
    values: { ':state': target_state, ':rev': state_rev, ':before': before.state_rev },
  });
  if (result.written) return 'written';
  const row = await result.row();
  return row?.state_rev === state_rev && row.target_state === target_state ? 'written' : 'stale';
};
