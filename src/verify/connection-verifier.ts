import { timingSafeEqual } from 'node:crypto';
import { type Connection, type Credential, secretHeader } from '../domain/connection.ts';
import { isRotating } from '../domain/rotation.ts';
import type { Scheme } from '../domain/source.ts';
import { type Keyed, keyOf } from './credential-key.ts';
import type { MasterSource, NoMaster } from './master-cache.ts';
import { digestOf, type Headers, matchProof, readProof } from './schemes.ts';

/**
 * The parts of a delivery that its credential depends on. `scheme`: how the sender signs, if the credential is a
 * signature.
 */
export type Claimed = {
  connection: Connection;
  headers: Headers;
  query: ReadonlyMap<string, string>;
  body: Uint8Array;
  scheme: Scheme;
};

/**
 * `refused` is final for the sender, unless the caller reads the row again and it differs. `unavailable`: the key of
 * the row's credential could not be obtained, so the credential cannot be checked and the sender should retry.
 */
export type ConnectionVerdict =
  | { outcome: 'verified'; version: number; secret: 'current' | 'previous' }
  | { outcome: 'refused'; credential: 'absent' | 'wrong' }
  | { outcome: 'unavailable' };

/** Verifies the credential of a delivery before anything in its body is parsed. Never rejects. */
export const verifyConnection = async (
  claimed: Claimed,
  masters: MasterSource,
  nowMs: number,
): Promise<ConnectionVerdict> => {
  const { current, previous } = claimed.connection;
  const claim = readClaim(claimed);
  if (claim === null) return { outcome: 'refused', credential: 'absent' };
  const byCurrent = await claim(current, masters);
  if (byCurrent === true) return { outcome: 'verified', version: current.version, secret: 'current' };
  const before = isRotating(claimed.connection, nowMs) ? previous : null;
  const byPrevious = before !== null && (await claim(before, masters));
  if (before !== null && byPrevious === true)
    return { outcome: 'verified', version: before.version, secret: 'previous' };
  return byCurrent === false && byPrevious === false
    ? { outcome: 'refused', credential: 'wrong' }
    : { outcome: 'unavailable' };
};

/** Checks the delivery's proof or token against one version of the secret. */
type Claim = (credential: Credential, masters: MasterSource) => Promise<boolean | NoMaster>;

/** Reads the proof or token of a delivery; null if it has none. */
const readClaim = (claimed: Claimed): Claim | null =>
  claimed.connection.auth === 'signature' ? readSigned(claimed) : readTokens(claimed);

const readSigned = ({ connection, headers, body, scheme }: Claimed): Claim | null => {
  const names = 'token' in scheme ? [scheme.token] : scheme.hmac;
  if (!names.some((name) => headers.has(name))) return null;
  const proof = readProof(headers, scheme);
  return async (credential, masters) => {
    if (proof === null || credential.from === 'digest') return false;
    const key = await keyOf({ id: connection.connection_id, purpose: 'receive' }, credential, masters);
    if (!Buffer.isBuffer(key)) return key;
    const made = { name: '', key: 'token' in scheme ? asPasted(key, credential) : key, until: null };
    return matchProof(proof, body, [made]) !== null;
  };
};

/** A sender that sends the secret itself sends the text that was pasted, not the decoded bytes. */
const asPasted = (key: Buffer, { encoding }: Keyed): Buffer =>
  encoding === 'base64' ? Buffer.from(key.toString('base64')) : key;

/** Compares each candidate in constant time, by digest, because only a digest of the secret is stored. */
const readTokens = ({ connection, headers, query }: Claimed): Claim | null => {
  const sent = connection.auth === 'url' ? [query.get('token')] : headerTokens(headers, connection);
  const digests = sent.flatMap((token) => (token ? [digestOf(token)] : []));
  if (digests.length === 0) return null;
  return async (credential) => {
    if (credential.from !== 'digest') return false;
    const expected = Buffer.from(credential.sha256, 'hex');
    return digests.filter((digest) => timingSafeEqual(digest, expected)).length > 0;
  };
};

/** The value of the connection's secret header, and that of `Authorization: Bearer`. */
const headerTokens = (headers: Headers, connection: Connection): (string | undefined)[] => {
  const bearer = /^Bearer +([^ ]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  return [headers.get(secretHeader(connection).toLowerCase()), bearer];
};
