import { isRotating } from '../domain/rotation.ts';
import type { Subscription } from '../domain/subscription.ts';
import { keyOf } from './credential-key.ts';
import type { MasterSource, NoMaster } from './master-cache.ts';

/** The keys that sign now; `previous` only while both do. */
export type SigningKeys = { current: Buffer; previous: Buffer | null };

type Signing = Pick<Subscription, 'subscription_id' | 'current' | 'previous' | 'previous_until_ms'>;

/** The keys of a subscription; null when nothing of it is signed. */
export const signingKeys = async (
  subscription: Signing,
  masters: MasterSource,
  nowMs: number,
): Promise<SigningKeys | null | NoMaster> => {
  const { current: now, previous: before } = subscription;
  if (now === null || now.from === 'digest') return null;
  const of = { id: subscription.subscription_id, purpose: 'sign' as const };
  const current = await keyOf(of, now, masters);
  if (!Buffer.isBuffer(current)) return current;
  if (before === null || before.from === 'digest' || !isRotating(subscription, nowMs))
    return { current, previous: null };
  const previous = await keyOf(of, before, masters);
  return Buffer.isBuffer(previous) ? { current, previous } : previous;
};
