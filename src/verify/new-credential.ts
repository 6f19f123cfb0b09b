import type { ConnectionAuth, Credential, SecretEncoding } from '../domain/connection.ts';
import { sha256Hex } from '../domain/event-id.ts';
import type { Signature } from '../domain/subscription.ts';
import { newSecret } from '../platform/new-secret.ts';
import { deriveSecret, type KeyPurpose } from './derived-keys.ts';
import type { MasterSource } from './master-cache.ts';
import { seal } from './sealed-keys.ts';
import { fromBase64 } from './secret-document.ts';

/** The connection and version to make a secret for; `imported`: an existing key of the sender, only for `signature`. */
type Wanted = {
  auth: ConnectionAuth;
  connection_id: string;
  version: number;
  encoding: SecretEncoding;
  imported: string | null;
};

/** `shown`: the secret to paste into the sender, shown only once; null for an imported key. */
type Made = { outcome: 'made'; credential: Credential; shown: string | null };

type NotMade = { outcome: 'no-master' | 'unavailable' | 'bad-key' };

/**
 * Makes a new version of a connection's secret. `no-master`: it needs a master, and the AWS secret has none.
 * `unavailable`: the AWS secret could not be read. `bad-key`: the imported key is empty, too long, malformed text, or
 * not base64 although `encoding` says so.
 */
export const newCredential = async (wanted: Wanted, masters: MasterSource): Promise<Made | NotMade> => {
  const { auth, connection_id, ...rest } = wanted;
  if (auth === 'signature') return newKey({ ...rest, id: connection_id, purpose: 'receive' }, masters);
  const shown = newSecret();
  const { version } = wanted;
  return { outcome: 'made', credential: { from: 'digest', version, sha256: sha256Hex(shown) }, shown };
};

/** The subscription and version to make a key for; `encoding` null: the default of its signature. */
type WantedSigning = {
  signature: Exclude<Signature, 'none'>;
  subscription_id: string;
  version: number;
  encoding: SecretEncoding | null;
  imported: string | null;
};

/** The prefix of a base64 key in Standard Webhooks. */
const PREFIX = 'whsec_';

/**
 * Makes a new version of a subscription's signing key, with the outcomes of `newCredential`. For `standard` the
 * encoding defaults to base64, and an imported base64 key may have the prefix `whsec_`.
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

/** No sender has a longer key, and a row must hold it twice. */
const MOST_IMPORTED = 4_096;

/**
 * The HMAC key of an imported secret; empty if it is not valid. A lone surrogate is rejected: encoding it as UTF-8
 * would give another key than the sender's.
 */
const readKey = (text: string, encoding: SecretEncoding): Buffer => {
  if (text.length > MOST_IMPORTED || !text.isWellFormed()) return Buffer.alloc(0);
  return encoding === 'base64' ? fromBase64(text) : Buffer.from(text);
};
