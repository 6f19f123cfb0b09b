import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveSecret, type KeyPurpose } from './derived-keys.ts';
import { fromBase64 } from './secret-document.ts';

/** Which version of what is sealed: somebody else's key (`seal`) or a target, of the connection or subscription `id`. */
export type SealedAs = { id: string; version: number; purpose: Extract<KeyPurpose, 'seal' | 'target'> };

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts what is somebody else's for one row: AES-256-GCM; nonce, tag and text as base64. */
export const seal = (master: Buffer, as: SealedAs, secret: Uint8Array): string => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, sealingKey(master, as), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(nameOf(as));
  const text = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
};

/** The bytes again; null when they were sealed as others, under another master, or have been touched. */
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

/** Of its own for each version and purpose, so that no nonce can meet another one under one key. */
const sealingKey = (master: Buffer, { id, version, purpose }: SealedAs): Buffer =>
  deriveSecret(master, id, purpose, version, 'base64').key;
