import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Source } from '../domain/source.ts';
import type { SigningKey } from './secret-document.ts';

/** A delivery's headers under lower-case names. */
export type Headers = ReadonlyMap<string, string>;

/** A well-formed signature: the digest has exactly the length its method makes. */
export type Signature = { method: 'sha256' | 'sha384' | 'sha512'; digest: Buffer };

/**
 * The headers that are read, by source; the first one that is present decides. GitHub sends a SHA-1 signature
 * as `X-Hub-Signature` beside the one that counts, so no source reads a header that is not its own.
 */
const SIGNATURE_HEADERS: Record<Source, readonly string[]> = {
  jira: [
    'x-hub-signature',
    'x-hub-signature-256',
    'x-atlassian-webhook-signature',
    'x-atlassian-signature',
    'x-jira-webhook-signature',
  ],
  github: ['x-hub-signature-256'],
  bitbucket: ['x-hub-signature'],
  commits: ['x-hub-signature-256'],
};

/** Every form a value may have. The method comes from this list, so the sender's text never reaches `createHmac`. */
const FORMS = [
  { method: 'sha256', form: /^sha256=([0-9a-fA-F]{64})$/ },
  { method: 'sha384', form: /^sha384=([0-9a-fA-F]{96})$/ },
  { method: 'sha512', form: /^sha512=([0-9a-fA-F]{128})$/ },
  { method: 'sha256', form: /^([0-9a-fA-F]{64})$/ },
] as const;

/**
 * The signature a delivery claims, or null when it is missing or malformed. A header that is present decides
 * even when its value is empty; nothing is trimmed, and two values joined by a comma are malformed.
 */
export const readSignature = (headers: Headers, source: Source): Signature | null => {
  const name = SIGNATURE_HEADERS[source].find((candidate) => headers.has(candidate));
  const value = name === undefined ? undefined : headers.get(name);
  if (value === undefined) return null;
  for (const { method, form } of FORMS) {
    const hex = form.exec(value)?.[1];
    if (hex !== undefined) return { method, digest: Buffer.from(hex, 'hex') };
  }
  return null;
};

const keyObjects = new WeakMap<Buffer, KeyObject>();

/** Importing a key's bytes costs Node as much as the HMAC of a whole body, so each key is imported once. */
const importKey = (key: Buffer): KeyObject => {
  const imported = keyObjects.get(key) ?? createSecretKey(key);
  keyObjects.set(key, imported);
  return imported;
};

/** An empty key verifies nothing: anybody can compute `HMAC('', body)`. */
const verifies = (signature: Signature, body: Uint8Array, { key }: SigningKey): boolean => {
  if (key.length === 0) return false;
  const expected = createHmac(signature.method, importKey(key)).update(body).digest();
  return expected.length === signature.digest.length && timingSafeEqual(expected, signature.digest);
};

/**
 * The name of the first key that made the signature over these bytes, or null. Every key is tried, so that the
 * time taken does not tell which one matched.
 */
export const matchSignature = (
  signature: Signature,
  body: Uint8Array,
  keys: readonly SigningKey[],
): string | null => keys.filter((key) => verifies(signature, body, key))[0]?.name ?? null;
