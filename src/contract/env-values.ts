import { BlockList, isIP } from 'node:net';
import * as z from 'zod/mini';
import { lookupKey } from '../domain/issue-key.ts';
import { isSafeUrl } from '../domain/safe-url.ts';

/** A whole number within a range, as digits. */
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

/** True for a URL to which a path can be appended. It has no user or password: errors would show them. */
export const isBaseUrl = (text: string): boolean => {
  const parsed = URL.parse(text);
  if (!isSafeUrl(parsed)) return false;
  return parsed.username + parsed.password === '' && !/[?#]/.test(text);
};

/** The base URL of an API, to which tokens are sent. */
export const baseUrl = z
  .string()
  .check(
    z.refine(
      isBaseUrl,
      'must be a base URL with https (http on this machine only), without user, password and query, such as https://acme.atlassian.net',
    ),
  );

/** A token that is sent unchanged in a header. */
export const token = z
  .string()
  .check(z.regex(/^[\x21-\x7e]+$/, 'must be one line of ASCII characters without spaces'));

/** A user name for basic authentication, which ends at the first colon. */
export const userName = z.string().check(z.regex(/^[^:\p{Cc}]+$/u, 'must be a user name without a colon'));

/** One CIDR block in the form that `node:net` takes; null for any other text. */
export const parseCidr = (
  text: string,
): { network: string; prefix: number; family: 'ipv4' | 'ipv6' } | null => {
  const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text);
  const version = match?.[1] === undefined ? 0 : isIP(match[1]);
  const prefix = Number(match?.[2]);
  if (!match?.[1] || version === 0 || prefix > (version === 4 ? 32 : 128)) return null;
  return { network: match[1], prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
};

/** True for a CIDR block, such as `192.0.2.0/24`. */
export const isCidr = (text: string): boolean => parseCidr(text) !== null;

const blockList = (text: string): BlockList => {
  const list = new BlockList();
  for (const part of text.split(',')) {
    const cidr = parseCidr(part.trim());
    if (cidr) list.addSubnet(cidr.network, cidr.prefix, cidr.family);
  }
  return list;
};

/** Lambda limits a function's variables to 4 KB in total ("Lambda quotas"); the others need less than 1 KB. */
export const MOST_LIST_CHARACTERS = 3_000;

/** Comma-separated CIDR blocks as a list against which addresses are checked. */
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

/** True for one host: a name, an IPv4 address, or an IPv6 address in brackets; without scheme, port or path. */
export const isHostName = (text: string): boolean => HOST_NAME.test(text);

/** Comma-separated host names. */
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

/** Wider than Jira's default pattern, which Data Center can change; without characters that have a meaning in JQL. */
const PROJECT_KEY = /^\p{L}[\p{L}\p{N}_-]{0,254}$/u;

export const isProjectKey = (text: string): boolean => PROJECT_KEY.test(text);

/** Comma-separated project keys, deduplicated, in their lookup form. */
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
