import { hkdfSync } from 'node:crypto';
import type { SecretEncoding } from '../domain/connection.ts';

/**
 * What a key is for: `receive` verifies, `sign` signs, `seal` and `target` encrypt. Keys of one master, id and version for
 * different purposes say nothing of each other.
 */
export type KeyPurpose = 'receive' | 'sign' | 'seal' | 'target';

/** A secret as people paste it, and the HMAC key that it means. */
export type Secret = { shown: string; key: Buffer };

/**
 * A secret made of a master: 256 bits that nobody has to store.
 * @param id of the connection or subscription
 * @param encoding `text`: 64 hex digits, whose characters are the key, as Jira, GitHub and Bitbucket take what is pasted;
 * `base64`: 44 characters, the key is the bytes they mean
 */
export const deriveSecret = (
  master: Buffer,
  id: string,
  purpose: KeyPurpose,
  version: number,
  encoding: SecretEncoding,
): Secret => {
  const bytes = deriveBytes(master, id, `${purpose} ${version}`);
  if (encoding === 'base64') return { shown: bytes.toString('base64'), key: bytes };
  const shown = bytes.toString('hex');
  return { shown, key: Buffer.from(shown) };
};

const KEY_BYTES = 32;

/** HKDF-SHA256 (RFC 5869). */
export const deriveBytes = (
  master: Uint8Array,
  salt: string | Uint8Array,
  info: string | Uint8Array,
  length = KEY_BYTES,
): Buffer => Buffer.from(hkdfSync('sha256', master, salt, info, length));
