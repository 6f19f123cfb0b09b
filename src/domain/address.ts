import { sha256Hex } from './event-id.ts';

/** The longest address a mail server must take is 254 characters; some servers took a little more. */
const LONGEST_ADDRESS = 320;

/** One `@`, and a letter in the last part of the domain: `release@2` and `package@1.0` are no addresses. */
const ADDRESS = /^[^\s@]+@(?:[^\s@]*\.)?[^\s@.]*\p{L}[^\s@.]*$/u;

/** True when the whole text is an e-mail address. */
export const isAddress = (text: string): boolean =>
  text.length <= LONGEST_ADDRESS && text.includes('@') && ADDRESS.test(text);

/** The text, or `sha256:` and the hex hash of it if it is an e-mail address. */
export const hideAddress = (text: string): string => (isAddress(text) ? `sha256:${sha256Hex(text)}` : text);
