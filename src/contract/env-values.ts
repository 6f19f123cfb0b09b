import { BlockList, isIP } from 'node:net';
import * as z from 'zod/mini';
import { lookupKey } from '../domain/issue-key.ts';
import { isSafeUrl } from '../domain/safe-url.ts';

/** Digits that make a whole number in a range. */
export const wholeNumber = (least: number, most: number) =>
  z.pipe(
    z.string().check(z.regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)),
    z.pipe(
      z.transform(Number),
      z
        .number()
        .check(
          z.minimum(least, `must be a whole number from ${least} to ${most}`),
          z.maximum(most, `must be a whole number from ${least} to ${most}`),
        ),
    ),
  );

/** `true` or `false`, nothing else. */
export const trueOrFalse = z.pipe(
  z.enum(['true', 'false'], 'must be true or false'),
  z.transform((text) => text === 'true'),
);

export const url = z.string().check(z.regex(/^https?:\/\/[^\s/]+/, 'must be an http or https URL'));

/** A URL to which more can be added, without a login in it, which would be seen in errors. */
export const isBaseUrl = (text: string): boolean => {
  const parsed = URL.parse(text);
  if (!isSafeUrl(parsed)) return false;
  return parsed.username + parsed.password === '' && !/[?#]/.test(text);
};

/** Where an API is, and whom tokens are sent to. */
export const baseUrl = z
  .string()
  .check(
    z.refine(
      isBaseUrl,
      'must be a base URL with https (http on this machine only), without user, password and query, such as https://acme.atlassian.net',
    ),
  );

/** What goes into a header as it is. */
export const token = z
  .string()
  .check(z.regex(/^[\x21-\x7e]+$/, 'must be one line of ASCII characters without spaces'));

/** Whom basic authentication names: the first colon ends it. */
export const userName = z.string().check(z.regex(/^[^:\p{Cc}]+$/u, 'must be a user name without a colon'));

/** One CIDR block as `node:net` wants it; null when the text is none. */
export const parseCidr = (
  text: string,
): { network: string; prefix: number; family: 'ipv4' | 'ipv6' } | null => {
  const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text);
  const version = match?.[1] === undefined ? 0 : isIP(match[1]);
  const prefix = Number(match?.[2]);
  if (!match?.[1] || version === 0 || prefix > (version === 4 ? 32 : 128)) return null;
  return { network: match[1], prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
};

/** A block of addresses, such as `192.0.2.0/24`. */
export const isCidr = (text: string): boolean => parseCidr(text) !== null;

const blockList = (text: string): BlockList => {
  const list = new BlockList();
  for (const part of text.split(',')) {
    const cidr = parseCidr(part.trim());
    if (cidr) list.addSubnet(cidr.network, cidr.prefix, cidr.family);
  }
  return list;
};

/** Lambda gives all variables of a function 4 KB (developer guide, "Lambda quotas"); the others need less than 1 KB. */
export const MOST_LIST_CHARACTERS = 3_000;

/** Comma-separated CIDR blocks as a list that can be asked for an address. */
export const cidrs = z.pipe(
  z
    .string()
    .check(
      z.refine(
        (text) => text.split(',').every((part) => parseCidr(part.trim()) !== null),
        'must be CIDR blocks separated by commas, such as 192.0.2.0/24,2001:db8::/32',
      ),
    ),
  z.transform(blockList),
);

const HOST_NAME = /^(\[[\da-f:.]+\]|[\w.-]+)$/i;

/** One host: a name, an IPv4 address, or one of IPv6 in brackets; without scheme, port and path. */
export const isHostName = (text: string): boolean => HOST_NAME.test(text);

/** Comma-separated names of hosts. */
export const hostNames = z.pipe(
  z
    .string()
    .check(
      z.refine(
        (text) => text.split(',').every((part) => isHostName(part.trim())),
        'must be names of hosts separated by commas, without https:// and port, such as abc.example.com',
      ),
    ),
  z.transform((text) => text.split(',').map((part) => part.trim())),
);

/** Wider than Jira's own pattern, since Data Center can be given another one; and nothing that JQL would read. */
const PROJECT_KEY = /^\p{L}[\p{L}\p{N}_-]{0,254}$/u;

export const isProjectKey = (text: string): boolean => PROJECT_KEY.test(text);

/** Comma-separated keys of projects, each once and in the form that is looked up. */
export const projectKeys = z.pipe(
  z
    .string()
    .check(
      z.refine(
        (text) => text.split(',').every((part) => isProjectKey(part.trim())),
        'must be keys of projects separated by commas, such as ABC,SHOP',
      ),
    ),
  z.transform((text) => [...new Set(text.split(',').map((part) => lookupKey(part.trim())))]),
);

/** pino's levels. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export const text = z.string();
