import { type BlockList, isIP } from 'node:net';

/**
 * True when no list is set or the client's address is in it. An IPv6 address that maps an IPv4 one
 * (`::ffff:192.0.2.1`) is looked up as that IPv4 address too. What is no address is not in any list.
 */
export const isAllowedAddress = (list: BlockList | undefined, address: string): boolean => {
  if (list === undefined) return true;
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
};
