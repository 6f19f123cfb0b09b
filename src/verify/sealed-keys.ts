import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveSecret } from './derived-keys.ts';
import { fromBase64 } from './secret-document.ts';

/** Which version of which connection's secret a sealed key is. */
export type SealedAs = { connection_id: string; version: number };

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts somebody else's key for one row: AES-256-GCM; nonce, tag and text as base64. */
export const sealKey = (master: Buffer, as: SealedAs, key: Uint8Array): string => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, sealingKey(master, as), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(nameOf(as));
  const text = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
};

/** The key again; null when it was sealed as another one, under another master, or has been touched. */
export const openKey = (master: Buffer, as: SealedAs, sealed: string): Buffer | null => {
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

const nameOf = ({ connection_id, version }: SealedAs): Buffer => Buffer.from(`${connection_id} ${version}`);

/** Of its own for each version, so that no nonce can meet another one under one key. */
const sealingKey = (master: Buffer, { connection_id, version }: SealedAs): Buffer =>
  deriveSecret(master, connection_id, 'seal', version, 'base64').key;
