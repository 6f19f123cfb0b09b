import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveSecret, type KeyPurpose } from './derived-keys.ts';
import { fromBase64 } from './secret-document.ts';

/** What is sealed: a version of an imported key (`seal`) or of a target, of the connection or subscription `id`. */
export type SealedAs = { id: string; version: number; purpose: Extract<KeyPurpose, 'seal' | 'target'> };

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts an imported key or a target for one row with AES-256-GCM. @returns nonce, tag and ciphertext as base64 */
export const seal = (master: Buffer, as: SealedAs, secret: Uint8Array): string => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, sealingKey(master, as), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(nameOf(as));
  const text = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
};

/** Decrypts; null when the bytes were sealed under another master, id, version or purpose, or have been changed. */
export const open = (master: Buffer, as: SealedAs, sealed: string): Buffer | null => {
  const bytes = fromBase64(sealed);
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, sealingKey(master, as), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(nameOf(as)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
};

const nameOf = ({ id, version }: SealedAs): Buffer => Buffer.from(`${id} ${version}`);

/** Each id, version and purpose has its own key, so that a nonce cannot repeat under one key. */
const sealingKey = (master: Buffer, { id, version, purpose }: SealedAs): Buffer =>
  deriveSecret(master, id, purpose, version, 'base64').key;
