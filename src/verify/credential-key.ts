import type { Credential } from '../domain/connection.ts';
import { deriveSecret, type KeyPurpose } from './derived-keys.ts';
import type { MasterSource, NoMaster } from './master-cache.ts';
import { open } from './sealed-keys.ts';

/** A credential that an HMAC can be made with. */
export type Keyed = Exclude<Credential, { from: 'digest' }>;

/** Making a key costs as much as the HMAC of a body, so it is made once for each row that was read. */
const made = new WeakMap<Keyed, Buffer>();

/**
 * The HMAC key that a credential stands for.
 * @param of the connection or subscription that has it, and what a derived one is for
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
  // A sealed key that does not open is a fault of ours.
  if (key === null) return 'unavailable';
  made.set(credential, key);
  return key;
};
