import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Env } from '../contract/env.ts';

/** `allow_private`: http and private addresses are allowed. `own_hosts`: hosts of this service, never sent to. */
export type TargetRules = { allow_private: boolean; own_hosts: readonly string[] };

/** The rules set by the environment. */
export const targetRules = (env: Pick<Env, 'ALLOW_PRIVATE_TARGETS' | 'OWN_HOSTS'>): TargetRules => ({
  allow_private: env.ALLOW_PRIVATE_TARGETS ?? false,
  own_hosts: env.OWN_HOSTS ?? [],
});

const MOST_CHARACTERS = 2_000;

const NO_URL = 'must be a URL, such as https://example.com/hooks';

/**
 * The URL of a target, or what is wrong with it, as text for people that quotes at most its host and port. The name is
 * not resolved here, but each time something is sent.
 */
export const readTargetUrl = (text: string, rules: TargetRules): { url: URL } | { wrong: string } => {
  if (text.length > MOST_CHARACTERS) return { wrong: `must be at most ${MOST_CHARACTERS} characters` };
  // The parser would drop them, but what people see must be what is used.
  if (/[\s\p{Cc}]/u.test(text)) return { wrong: 'must not have spaces or line breaks' };
  const url = URL.parse(text);
  const wrong = url === null ? NO_URL : wrongWith(url, rules);
  return url === null || wrong !== null ? { wrong: wrong ?? '' } : { url };
};

const wrongWith = (url: URL, { allow_private, own_hosts }: TargetRules): string | null => {
  if (url.protocol !== 'https:' && !(allow_private && url.protocol === 'http:'))
    return 'must begin with https://';
  if (url.username !== '' || url.password !== '')
    return 'must not have a user or password: send them in a header, such as authorization';
  if (!isAllowedPort(url)) return `must not use port ${url.port}: only 443 and those above 1023 are allowed`;
  const host = hostOf(url);
  // Resolvers drop superfluous dots, but the name that is compared must be the name that is resolved.
  if (host.split('.').includes('')) return NO_URL;
  if (own_hosts.some((own) => nameOf(own) === host))
    return `must not lead to ${host}: that is this service itself, and what it sends would come back`;
  if (isIP(host) !== 0 && !allow_private && !isPublicAddress(host)) return notPublic(host);
  return null;
};

/** Why an address is refused. @param name the name that resolved to it */
export const notPublic = (address: string, name: string | null = null): string =>
  `must not lead to ${name === null ? '' : `${name}, which is `}${address}: that is no public address. Use a host that can be reached from the internet`;

/** The default port of the scheme is the empty text. */
const isAllowedPort = ({ port }: URL): boolean => port === '' || port === '443' || Number(port) > 1_023;

/** The host's name in the form used for comparison, or its address without brackets. */
export const hostOf = ({ hostname }: URL): string => nameOf(hostname);

const nameOf = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');

/** The part of a target's URL that may be shown: its path and query may hold a token. */
export const shownUrl = ({ protocol, host }: URL): string => `${protocol}//${host}/…`;

/**
 * True for a public address. An IPv6 address that embeds an IPv4 address (mapped, compatible, 6to4, Teredo, NAT64,
 * ISATAP) is not: the network decides where it leads. Nor is one with a zone.
 */
export const isPublicAddress = (address: string): boolean => {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || (isGlobal(parsed) && !isIsatap(parsed));
};

/** The only IPv6 range allocated so far. Outside are the IPv4-compatible form and unassigned ranges. */
const isGlobal = (address: ipaddr.IPv6): boolean => address.match(ipaddr.IPv6.parse('2000::'), 3);

/** An interface id `0:5efe` (or `200:5efe`) with an IPv4 address, as used by tunnels within a site (RFC 5214). */
const isIsatap = ({ parts }: ipaddr.IPv6): boolean => ((parts[4] ?? 0) & ~0x200) === 0 && parts[5] === 0x5efe;
