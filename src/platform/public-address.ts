import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

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
