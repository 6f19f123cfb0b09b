import type { ConnectionAuth, Credential, SecretEncoding } from '../domain/connection.ts';
import { sha256Hex } from '../domain/event-id.ts';
import { newSecret } from '../platform/new-secret.ts';
import { deriveSecret } from './derived-keys.ts';
import type { MasterSource } from './master-cache.ts';
import { sealKey } from './sealed-keys.ts';
import { fromBase64 } from './secret-document.ts';

/** For which version of which connection's secret; `imported`: somebody else's key, which only `signature` takes. */
type Wanted = {
  auth: ConnectionAuth;
  connection_id: string;
  version: number;
  encoding: SecretEncoding;
  imported: string | null;
};

/** `shown` is what people paste, once; null for a key that they brought. */
type Made = { outcome: 'made'; credential: Credential; shown: string | null };

/**
 * A new version of a connection's secret. `no-master`: it needs one, and the secret has none. `unavailable`: the secret
 * could not be read. `bad-key`: the imported one is empty, very long, no text, or no base64 although it should be.
 */
export const newCredential = async (
  wanted: Wanted,
  masters: MasterSource,
): Promise<Made | { outcome: 'no-master' | 'unavailable' | 'bad-key' }> => {
  const { auth, connection_id, version, encoding, imported } = wanted;
  if (auth !== 'signature') {
    const shown = newSecret();
    return { outcome: 'made', credential: { from: 'digest', version, sha256: sha256Hex(shown) }, shown };
  }
  const key = imported === null ? null : readKey(imported, encoding);
  if (key?.length === 0) return { outcome: 'bad-key' };
  const newest = await masters.newest();
  if (newest === 'missing') return { outcome: 'no-master' };
  if (newest === 'unavailable') return { outcome: 'unavailable' };
  const common = { version, master: newest.number, encoding };
  if (key === null) {
    const { shown } = deriveSecret(newest.master, connection_id, 'receive', version, encoding);
    return { outcome: 'made', credential: { from: 'derived', ...common }, shown };
  }
  const sealed = sealKey(newest.master, { connection_id, version }, key);
  return { outcome: 'made', credential: { from: 'sealed', ...common, sealed }, shown: null };
};

/** No sender shows a longer one, and a row must hold it twice. */
const MOST_IMPORTED = 4_096;

/**
 * The HMAC key that somebody else's secret means; empty when it means none. Half a surrogate pair is no text: it would
 * become another key than the sender's.
 */
const readKey = (text: string, encoding: SecretEncoding): Buffer => {
  if (text.length > MOST_IMPORTED || !text.isWellFormed()) return Buffer.alloc(0);
  return encoding === 'base64' ? fromBase64(text) : Buffer.from(text);
};
