import { isProbeDue } from '../domain/breaker.ts';
import type { Execution } from '../domain/execution.ts';
import type { SubscriptionRow } from '../store/subscriptions/subscription-row.ts';
import type { PublishDeps } from './scope.ts';
import type { Subscribed } from './subscriptions-of.ts';

/** Says once for each subscription what is new for it. A hint may get lost: the rows are the truth. */
export const hintAll = async (
  { hint, clock }: PublishDeps,
  subscriptions: Subscribed,
  made: readonly Execution[],
): Promise<void> => {
  const all = [...subscriptions.values()].flat().filter((one) => isAsked(one, clock()));
  const news = Map.groupBy(made, ({ subscription_id }) => subscription_id);
  await Promise.all(
    all.map(async ({ tenant_id, subscription_id }) => {
      const execution_ids = (news.get(subscription_id) ?? []).map(({ execution_id }) => execution_id);
      if (execution_ids.length > 0) await hint({ task: 'send', tenant_id, subscription_id, execution_ids });
    }),
  );
};

/** True for a target to which something may be sent now: whole, or open and due for a probe. */
export const isAsked = (row: Pick<SubscriptionRow, 'status' | 'next_probe_ms'>, nowMs: number): boolean =>
  row.status === 'active' || (row.status === 'open' && isProbeDue(row, nowMs));
