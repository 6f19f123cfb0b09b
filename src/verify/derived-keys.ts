import { hkdfSync } from 'node:crypto';
import type { SecretEncoding } from '../domain/connection.ts';

/**
 * What a key is for: `receive` verifies, `sign` signs, `seal` and `target` encrypt. A key for one purpose reveals
 * nothing about the keys of the same master, id and version for other purposes.
 */
export type KeyPurpose = 'receive' | 'sign' | 'seal' | 'target';

/** A secret as people paste it, and its HMAC key. */
export type Secret = { shown: string; key: Buffer };

/**
 * Derives a secret of 256 bits from a master, so that it need not be stored.
 * @param id of the connection or subscription
 * @param encoding `text`: 64 hex digits, whose characters are the key, as Jira, GitHub and Bitbucket use a pasted
 * secret; `base64`: 44 characters, whose decoded bytes are the key
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
