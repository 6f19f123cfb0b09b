import type { Credential } from '../domain/connection.ts';
import { isRotating } from '../domain/rotation.ts';
import type { Subscription } from '../domain/subscription.ts';
import { deriveSecret, type KeyPurpose } from './derived-keys.ts';
import type { MasterSource, NoMaster } from './master-cache.ts';
import { open } from './sealed-keys.ts';

/** A credential that has an HMAC key. */
export type Keyed = Exclude<Credential, { from: 'digest' }>;

/** Deriving or opening a key costs as much as the HMAC of a body, so it is done once for each row that was read. */
const made = new WeakMap<Keyed, Buffer>();

/**
 * The HMAC key of a credential.
 * @param of its connection or subscription, and the purpose of a derived key
 */
export const keyOf = async (
  of: { id: string; purpose: Extract<KeyPurpose, 'receive' | 'sign'> },
  credential: Keyed,
  masters: MasterSource,
): Promise<Buffer | NoMaster> => {
  const before = made.get(credential);
  if (before !== undefined) return before;
  const master = await masters.masterOf(credential.master);
  if (!Buffer.isBuffer(master)) return master;
  const { version } = credential;
  const key =
    credential.from === 'sealed'
      ? open(master, { id: of.id, version, purpose: 'seal' }, credential.sealed)
      : deriveSecret(master, of.id, of.purpose, version, credential.encoding).key;
  // A sealed key that cannot be decrypted is a fault of ours, not the sender's.
  if (key === null) return 'unavailable';
  made.set(credential, key);
  return key;
};

/** The keys that sign now; `previous` is null unless the secret is being rotated. */
export type SigningKeys = { current: Buffer; previous: Buffer | null };

type Signing = Pick<Subscription, 'subscription_id' | 'current' | 'previous' | 'previous_until_ms'>;

/** The signing keys of a subscription; null when its requests are not signed. */
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
