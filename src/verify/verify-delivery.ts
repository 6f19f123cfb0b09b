import { type BlockList, isIP } from 'node:net';
import type { Scheme } from '../domain/source.ts';
import type { Clock } from '../platform/clock.ts';
import { type Headers, matchProof, readProof } from './schemes.ts';
import type { SigningKey } from './secret-document.ts';
import type { SecretSource } from './secret-source.ts';

/**
 * `secret` is the name of the key that matched, for the log. `refused` is final for the sender; `unavailable`
 * is a fault of ours and asks the sender to retry.
 */
export type Verdict =
  | { outcome: 'verified'; secret: string }
  | { outcome: 'refused' }
  | { outcome: 'unavailable' };

/** Verifies the raw bytes of a delivery before anything in them is parsed. No method rejects. */
export type Verifier = {
  verify(headers: Headers, body: Uint8Array): Promise<Verdict>;
  /**
   * Whether the source has a secret at all. `off`: no key is in force, not even after the refresh that a well-formed
   * proof triggers so that a secret that was just added works soon.
   */
  presence(headers: Headers): Promise<'on' | 'off' | 'unavailable'>;
  /** For `/health`: `ok` when at least one key that verifies now is cached or can be fetched. */
  check(): Promise<'ok' | 'failing'>;
};

type VerifierOptions = { scheme: Scheme; secrets: SecretSource; clock: Clock };

/**
 * A missing or malformed proof is refused without asking the store. A proof that matches no key makes `secrets` refresh
 * once; if the last refresh failed, the cached keys may be stale, so the verdict is `unavailable`, not `refused`.
 */
export const createVerifier = ({ scheme, secrets, clock }: VerifierOptions): Verifier => ({
  verify: async (headers, body) => {
    const proof = readProof(headers, scheme);
    if (proof === null) return { outcome: 'refused' };
    const known = await secrets.keys();
    if (known === null) return { outcome: 'unavailable' };
    const match = (keys: readonly SigningKey[]) => matchProof(proof, body, inForce(keys, clock()));
    const secret = match(known);
    if (secret !== null) return { outcome: 'verified', secret };
    const { keys, lastRefreshFailed } = await secrets.refreshAfterMismatch();
    const late = keys === known ? null : match(keys);
    if (late !== null) return { outcome: 'verified', secret: late };
    return { outcome: lastRefreshFailed ? 'unavailable' : 'refused' };
  },
  presence: async (headers) => {
    const known = await secrets.keys();
    if (known === null) return 'unavailable';
    if (inForce(known, clock()).length > 0) return 'on';
    if (readProof(headers, scheme) === null) return 'off';
    const { keys, lastRefreshFailed } = await secrets.refreshAfterMismatch();
    if (inForce(keys, clock()).length > 0) return 'on';
    return lastRefreshFailed ? 'unavailable' : 'off';
  },
  check: async () => {
    const keys = await secrets.keys();
    return keys !== null && inForce(keys, clock()).length > 0 ? 'ok' : 'failing';
  },
});

const inForce = (keys: readonly SigningKey[], now: number): SigningKey[] =>
  keys.filter(({ until }) => until === null || now < until);

/**
 * True when no list is set or the client's address is in it. An IPv6 address that maps an IPv4 one
 * (`::ffff:192.0.2.1`) is looked up as that IPv4 address too. Text that is not an IP address is in no list.
 */
export const isAllowedAddress = (list: BlockList | undefined, address: string): boolean => {
  if (list === undefined) return true;
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
};
