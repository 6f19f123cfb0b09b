import { timingSafeEqual } from 'node:crypto';
import { type Connection, type Credential, secretHeader } from '../domain/connection.ts';
import { isRotating } from '../domain/rotation.ts';
import type { Scheme } from '../domain/source.ts';
import { type Keyed, keyOf } from './credential-key.ts';
import type { MasterSource, NoMaster } from './master-cache.ts';
import { digestOf, type Headers, matchProof, readProof } from './schemes.ts';

/** A delivery as far as its credential goes. `scheme`: how the sender signs, where it signs. */
export type Claimed = {
  connection: Connection;
  headers: Headers;
  query: ReadonlyMap<string, string>;
  body: Uint8Array;
  scheme: Scheme;
};

/**
 * `refused` is final for the sender, unless a row read again says otherwise. `unavailable`: what the row names could not
 * be had, so that nothing is known of the credential, and the sender should come again.
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

/** Whether what was claimed was made with this version of the secret. */
type Claim = (credential: Credential, masters: MasterSource) => Promise<boolean | NoMaster>;

/** What the delivery claims, null for nothing. */
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

/** A sender that shows the secret itself shows what was pasted, not what it means. */
const asPasted = (key: Buffer, { encoding }: Keyed): Buffer =>
  encoding === 'base64' ? Buffer.from(key.toString('base64')) : key;

/** All that may be the secret is compared, each in the same time: only digests of it are known here. */
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

/** The value of the connection's own header, and that of `Authorization: Bearer`. */
const headerTokens = (headers: Headers, connection: Connection): (string | undefined)[] => {
  const bearer = /^Bearer +([^ ]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  return [headers.get(secretHeader(connection).toLowerCase()), bearer];
};
