import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Env } from '../contract/env.ts';

/** `allow_private`: http and private addresses too. `own_hosts`: ours, to which nothing is sent. */
export type TargetRules = { allow_private: boolean; own_hosts: readonly string[] };

/** The rules that the environment sets. */
export const targetRules = (env: Pick<Env, 'ALLOW_PRIVATE_TARGETS' | 'OWN_HOSTS'>): TargetRules => ({
  allow_private: env.ALLOW_PRIVATE_TARGETS ?? false,
  own_hosts: env.OWN_HOSTS ?? [],
});

const MOST_CHARACTERS = 2_000;

const NO_URL = 'must be a URL, such as https://example.com/hooks';

/**
 * Where a target is, or what is wrong with it, for people: never more of the URL than its host and port. What its name
 * resolves to is asked each time something is sent.
 */
export const readTargetUrl = (text: string, rules: TargetRules): { url: URL } | { wrong: string } => {
  if (text.length > MOST_CHARACTERS) return { wrong: `must be at most ${MOST_CHARACTERS} characters` };
  // A parser would skip them: what people see must be what is used.
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
  // Resolvers take dots away that are too many: what is compared must be what is asked for.
  if (host.split('.').includes('')) return NO_URL;
  if (own_hosts.some((own) => nameOf(own) === host))
    return `must not lead to ${host}: that is this service itself, and what it sends would come back`;
  if (isIP(host) !== 0 && !allow_private && !isPublicAddress(host)) return notPublic(host);
  return null;
};

/** Why an address is refused. @param name what resolved to it */
export const notPublic = (address: string, name: string | null = null): string =>
  `must not lead to ${name === null ? '' : `${name}, which is `}${address}: that is no public address. Use a host that can be reached from the internet`;

/** The port of the scheme is the empty text. */
const isAllowedPort = ({ port }: URL): boolean => port === '' || port === '443' || Number(port) > 1_023;

/** The host's name in the form in which it is compared, or its address without brackets. */
export const hostOf = ({ hostname }: URL): string => nameOf(hostname);

const nameOf = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');

/** All that is shown of a target's URL: its path and query may hold a token. */
export const shownUrl = ({ protocol, host }: URL): string => `${protocol}//${host}/…`;

/**
 * True for an address that anybody on the internet may have. What carries one of IPv4 inside of IPv6 (mapped, compatible,
 * 6to4, Teredo, NAT64, ISATAP) is none: where it leads, the network decides. Nor is one with a zone.
 */
export const isPublicAddress = (address: string): boolean => {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || (isGlobal(parsed) && !isIsatap(parsed));
};

/** All of IPv6 that was ever given out. Beyond it lie the compatible form of IPv4, and what nobody uses yet. */
const isGlobal = (address: ipaddr.IPv6): boolean => address.match(ipaddr.IPv6.parse('2000::'), 3);

/** An interface id `0:5efe` (or `200:5efe`) and an address of IPv4, as tunnels within a site have it (RFC 5214). */
const isIsatap = ({ parts }: ipaddr.IPv6): boolean => ((parts[4] ?? 0) & ~0x200) === 0 && parts[5] === 0x5efe;
