import { sha256Hex } from './event-id.ts';

/** Mail servers must accept addresses of up to 254 characters; some accept slightly longer ones. */
const LONGEST_ADDRESS = 320;

/** One `@`, and a letter in the last part of the domain: `release@2` and `package@1.0` are not addresses. */
const ADDRESS = /^[^\s@]+@(?:[^\s@]*\.)?[^\s@.]*\p{L}[^\s@.]*$/u;

/** True when the whole text is an e-mail address. */
export const isAddress = (text: string): boolean =>
  text.length <= LONGEST_ADDRESS && text.includes('@') && ADDRESS.test(text);

/** The text; an e-mail address is replaced by `sha256:` and its hex hash. */
export const hideAddress = (text: string): string => (isAddress(text) ? `sha256:${sha256Hex(text)}` : text);
