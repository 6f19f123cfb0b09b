import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { describeFault } from '../errors/errors.ts';
import { isPublicAddress, notPublic } from './target-url.ts';

/** The addresses of a name, in the order in which to try them. Rejects as Node's resolver does. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/**
 * The addresses of a host, if all may be connected to; else what is wrong, as text for people. A single private address
 * is enough for a refusal, because any of the addresses might be used.
 */
export const resolvePublic = async (
  host: string,
  resolve: Resolve,
  { allow_private }: { allow_private: boolean },
): Promise<{ addresses: readonly string[] } | { wrong: string }> => {
  const found = await addressesOf(host, resolve);
  if ('wrong' in found) return found;
  const wrong = found.addresses.find((address) => isIP(address) === 0 || !isPublicAddress(address));
  if (wrong === undefined || allow_private) return found;
  return { wrong: notPublic(wrong, wrong === host ? null : host) };
};

const addressesOf = async (
  host: string,
  resolve: Resolve,
): Promise<{ addresses: readonly string[] } | { wrong: string }> => {
  if (isIP(host) !== 0) return { addresses: [host] };
  try {
    const addresses = await resolve(host);
    return addresses.length > 0 ? { addresses } : { wrong: noAddress(host) };
  } catch (fault) {
    const code = describeFault(fault);
    return {
      wrong: UNKNOWN.has(code)
        ? noAddress(host)
        : `must lead to a host that can be found: ${host} could not be resolved (${code}), try again`,
    };
  }
};

const UNKNOWN = new Set(['ENOTFOUND', 'ENODATA', 'ENONAME']);

const noAddress = (host: string): string =>
  `must lead to a host that has an address: ${host} has none; check the name, and whether it is public`;

/**
 * The system's resolver. Concurrent look-ups of one name share one request, because each hanging request blocks one of
 * the process's few threads.
 */
export const createResolver = (): Resolve => {
  const asked = new Map<string, Promise<readonly string[]>>();
  return (host) => {
    const before = asked.get(host);
    if (before !== undefined) return before;
    const answer = lookup(host, { all: true, order: 'verbatim' })
      .then((found) => found.map(({ address }) => address))
      .finally(() => asked.delete(host));
    asked.set(host, answer);
    return answer;
  };
};
