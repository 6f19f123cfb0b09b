import * as z from 'zod/mini';
import type { SealedTarget, Subscription, Target } from '../domain/subscription.ts';
import { shownUrl } from '../platform/target-url.ts';
import type { MasterSource, NoMaster } from './master-cache.ts';
import { open, seal } from './sealed-keys.ts';

const target = z.object({ url: z.string(), headers: z.record(z.string(), z.string()) });

/**
 * Seals URL and headers for a subscription's row: one text, encrypted under the newest master, which can be decrypted
 * only as the target of this subscription and version.
 */
export const sealTarget = async (
  { url, headers }: Target,
  { subscription_id, version }: { subscription_id: string; version: number },
  masters: MasterSource,
): Promise<{ outcome: 'made'; target: SealedTarget } | { outcome: 'no-master' | 'unavailable' }> => {
  const newest = await masters.newest();
  if (newest === 'missing') return { outcome: 'no-master' };
  if (newest === 'unavailable') return { outcome: 'unavailable' };
  const text = Buffer.from(JSON.stringify({ url, headers } satisfies Target));
  const sealed = seal(newest.master, { id: subscription_id, version, purpose: 'target' }, text);
  const shown = { shown_url: shownUrl(new URL(url)), header_names: Object.keys(headers).toSorted() };
  return { outcome: 'made', target: { version, master: newest.number, sealed, ...shown } };
};

/** Decrypts a target. One that cannot be decrypted is a fault of ours and `unavailable`, like an unreadable secret. */
export const openTarget = async (
  { subscription_id, target: { version, master, sealed } }: Pick<Subscription, 'subscription_id' | 'target'>,
  masters: MasterSource,
): Promise<Target | NoMaster> => {
  const key = await masters.masterOf(master);
  if (!Buffer.isBuffer(key)) return key;
  const text = open(key, { id: subscription_id, version, purpose: 'target' }, sealed);
  return text === null ? 'unavailable' : target.parse(JSON.parse(text.toString()));
};
