import type { ConnectionAuth, Credential, SecretEncoding } from '../domain/connection.ts';
import { sha256Hex } from '../domain/event-id.ts';
import type { Signature } from '../domain/subscription.ts';
import { newSecret } from '../platform/new-secret.ts';
import { deriveSecret, type KeyPurpose } from './derived-keys.ts';
import type { MasterSource } from './master-cache.ts';
import { seal } from './sealed-keys.ts';
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

type NotMade = { outcome: 'no-master' | 'unavailable' | 'bad-key' };

/**
 * A new version of a connection's secret. `no-master`: it needs one, and the secret has none. `unavailable`: the secret
 * could not be read. `bad-key`: the imported one is empty, very long, no text, or no base64 although it should be.
 */
export const newCredential = async (wanted: Wanted, masters: MasterSource): Promise<Made | NotMade> => {
  const { auth, connection_id, ...rest } = wanted;
  if (auth === 'signature') return newKey({ ...rest, id: connection_id, purpose: 'receive' }, masters);
  const shown = newSecret();
  const { version } = wanted;
  return { outcome: 'made', credential: { from: 'digest', version, sha256: sha256Hex(shown) }, shown };
};

/** For which version of which subscription's key; `encoding` null: the usual one of its signature. */
type WantedSigning = {
  signature: Exclude<Signature, 'none'>;
  subscription_id: string;
  version: number;
  encoding: SecretEncoding | null;
  imported: string | null;
};

/** How Standard Webhooks marks a key in base64. */
const PREFIX = 'whsec_';

/**
 * A new version of the key that what is sent to a subscription is signed with, as `newCredential` makes one. For
 * `standard` it is base64 unless somebody says otherwise, and `whsec_` may stand before it.
 */
export const newSigningCredential = async (
  { signature, subscription_id, version, encoding, imported }: WantedSigning,
  masters: MasterSource,
): Promise<Made | NotMade> => {
  const standard = signature === 'standard';
  const chosen = encoding ?? (standard ? 'base64' : 'text');
  const prefix = standard && chosen === 'base64' ? PREFIX : '';
  const theirs = imported?.startsWith(prefix) ? imported.slice(prefix.length) : imported;
  const wanted = {
    id: subscription_id,
    purpose: 'sign' as const,
    version,
    encoding: chosen,
    imported: theirs,
  };
  const made = await newKey(wanted, masters);
  return made.outcome === 'made' && made.shown !== null ? { ...made, shown: `${prefix}${made.shown}` } : made;
};

type WantedKey = Omit<Wanted, 'auth' | 'connection_id'> & {
  id: string;
  purpose: Extract<KeyPurpose, 'receive' | 'sign'>;
};

const newKey = async (
  { id, purpose, version, encoding, imported }: WantedKey,
  masters: MasterSource,
): Promise<Made | NotMade> => {
  const key = imported === null ? null : readKey(imported, encoding);
  if (key?.length === 0) return { outcome: 'bad-key' };
  const newest = await masters.newest();
  if (newest === 'missing') return { outcome: 'no-master' };
  if (newest === 'unavailable') return { outcome: 'unavailable' };
  const common = { version, master: newest.number, encoding };
  if (key === null) {
    const { shown } = deriveSecret(newest.master, id, purpose, version, encoding);
    return { outcome: 'made', credential: { from: 'derived', ...common }, shown };
  }
  const sealed = seal(newest.master, { id, version, purpose: 'seal' }, key);
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
