import { hideAddress, isAddress } from '../../domain/address.ts';

/**
 * Anything of the form `<name@host>`, as in a Signed-off-by line; or a name, an `@` and a host whose last part is
 * letters, so that `package@1.0.0` stays. Every part has a bound, or a long text would take forever.
 */
const ADDRESS =
  /<[^<>\s@]{1,64}@[^<>\s@]{1,255}>|[\p{L}\p{N}._%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/gu;

/** The text with `[address]` in the place of every e-mail address. */
export const withoutAddresses = (text: string): string => text.replaceAll(ADDRESS, '[address]');

/** A name without e-mail addresses; where it is nothing else, the hash that all our data has for one. */
export const hideAddresses = (name: string): string =>
  isAddress(name) ? hideAddress(name) : withoutAddresses(name);
