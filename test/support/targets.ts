import { newSubscriptionId, type Target } from '../../src/domain/subscription.ts';
import type { SubscriptionRow } from '../../src/store/subscriptions/subscription-row.ts';
import type { MasterSource } from '../../src/verify/master-cache.ts';
import { readMasters } from '../../src/verify/masters.ts';
import { sealTarget } from '../../src/verify/sealed-target.ts';
import { MASTERS } from './connected.ts';
import { someSubscription } from './subscriptions.ts';

/** The masters of the tests, as an app opens them. */
export const TEST_MASTERS: MasterSource = {
  masterOf: async (number) => KNOWN.get(number) ?? 'missing',
  newest: async () => {
    const number = Math.max(...KNOWN.keys());
    const master = KNOWN.get(number);
    return master === undefined ? 'missing' : { number, master };
  },
};

const KNOWN = readMasters(MASTERS, { warn: () => {} });

/** A subscription whose target is sealed under a master of the tests, signed with a derived key. */
export const subscriptionTo = async (
  { url, headers = {} }: Pick<Target, 'url'> & Partial<Target>,
  differing: Partial<SubscriptionRow> = {},
): Promise<SubscriptionRow> => {
  const { subscription_id = newSubscriptionId() } = differing;
  const sealed = await sealTarget({ url, headers }, { subscription_id, version: 1 }, TEST_MASTERS);
  if (sealed.outcome !== 'made') throw new Error(sealed.outcome);
  return someSubscription({
    subscription_id,
    signature: 'standard',
    current: { from: 'derived', version: 1, master: 1, encoding: 'base64' },
    target: sealed.target,
    ...differing,
  });
};
