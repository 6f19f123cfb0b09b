import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Scheme } from '../domain/source.ts';
import type { SigningKey } from './secret-document.ts';

/** A delivery's headers under lower-case names. */
export type Headers = ReadonlyMap<string, string>;

/** A well-formed proof. The digest of an HMAC has exactly the length of its method; that of a token is its SHA-256. */
export type Proof = { method: 'sha256' | 'sha384' | 'sha512' | 'token'; digest: Buffer };

/** Every form a value may have. The method comes from this list, so the sender's text never reaches `createHmac`. */
const FORMS = [
  { method: 'sha256', form: /^sha256=([0-9a-fA-F]{64})$/ },
  { method: 'sha384', form: /^sha384=([0-9a-fA-F]{96})$/ },
  { method: 'sha512', form: /^sha512=([0-9a-fA-F]{128})$/ },
  { method: 'sha256', form: /^([0-9a-fA-F]{64})$/ },
] as const;

/**
 * The proof in a delivery's headers; null when it is missing or malformed. The first header that is present decides,
 * even if its value is empty. Nothing is trimmed; two values joined by a comma are malformed, or a token that does not
 * match.
 */
export const readProof = (headers: Headers, scheme: Scheme): Proof | null =>
  'token' in scheme ? readToken(headers, scheme.token) : readSignature(headers, scheme.hmac);

/** Digests have equal length, so comparing them takes the same time however long a token is. */
export const digestOf = (token: string | Buffer): Buffer => createHash('sha256').update(token).digest();

const readToken = (headers: Headers, name: string): Proof | null => {
  const token = headers.get(name);
  return token ? { method: 'token', digest: digestOf(token) } : null;
};

const readSignature = (headers: Headers, names: readonly string[]): Proof | null => {
  const name = names.find((candidate) => headers.has(candidate));
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

/** An empty key verifies nothing: anyone can compute `HMAC('', body)`. */
const verifies = ({ method, digest }: Proof, body: Uint8Array, { key }: SigningKey): boolean => {
  if (key.length === 0) return false;
  const expected =
    method === 'token' ? digestOf(key) : createHmac(method, importKey(key)).update(body).digest();
  return expected.length === digest.length && timingSafeEqual(expected, digest);
};

/**
 * The name of the first key that made the proof for these bytes, or null. Every key is tried, so that the time taken
 * does not show which one matched.
 */
export const matchProof = (proof: Proof, body: Uint8Array, keys: readonly SigningKey[]): string | null =>
  keys.filter((key) => verifies(proof, body, key))[0]?.name ?? null;
