import * as z from 'zod/mini';
import { isBaseUrl, isCidr, isHostName, isProjectKey } from '../contract/env-values.ts';
import { lookupKey } from '../domain/issue-key.ts';
import { SENDERS } from '../senders/registry.ts';

/** Control characters, surrogates, line separators, and characters that reverse the direction of text. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** Text that fulfils `holds`; `must` is the error message. */
const textWhere = (holds: (text: string) => boolean, must: string) =>
  z.string(must).check(z.refine(holds, must));

const isLine = (text: string, most: number): boolean =>
  text.trim() !== '' && text.length <= most && !UNSEEN.test(text);

/** One line of text for people. */
export const line = (most: number) =>
  textWhere((text) => isLine(text, most), `must be one line of 1 to ${most} characters`);

/** A list without duplicates. `form` makes the form in which entries are stored and compared. */
export const listOf = (
  holds: (text: string) => boolean,
  { most, must, form }: { most: number; must: string; form: (text: string) => string },
) => {
  const whole = `must be a list of at most ${most}`;
  return z.pipe(
    z.array(textWhere(holds, must), whole).check(z.maxLength(most, whole)),
    z.transform((texts) => [...new Set(texts.map(form))]),
  );
};

/** A field that may be left out, or null to clear it. */
export const clearable = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));

const MOST_URL = 500;

const SITE_URL =
  'must be the base URL of the Jira site with https, without user, password and query, such as https://acme.atlassian.net';

const MOST_NAME = 200;

/** Names as people read them, without duplicates. @param what they name, with an example */
export const names = (what: string) =>
  z.optional(
    listOf((text) => isLine(text, MOST_NAME), {
      most: 100,
      must: `must be ${what}, in one line of at most ${MOST_NAME} characters`,
      form: (text) => text,
    }),
  );

/** Project keys, without duplicates. @param most how many */
export const projectKeys = (most: number) =>
  z.optional(
    listOf(isProjectKey, { most, must: 'must be the key of a project, such as SHOP', form: lookupKey }),
  );

/** The form in which sites are compared. `text`: a base URL. */
export const siteForm = (text: string): string => new URL(text).href.replace(/\/+$/, '');

const siteUrl = z.pipe(
  textWhere((text) => text.length <= MOST_URL && isBaseUrl(text), SITE_URL),
  z.transform(siteForm),
);

const hostOf = (text: string): string | null =>
  isHostName(text) ? (URL.parse(`https://${text}`)?.hostname.replace(/\.$/, '') ?? null) : null;

const HOST = 'must be the name of a host without https://, port and path, such as jira.example.com';

const RATE = 'must be {"per_minute": a whole number from 1 to 1000000}, or null for no rate';

/** Headers of HTTP, proxies or clients: a secret in one of them could be changed, or copied elsewhere, on its way. */
const TAKEN = new Set([
  ...['accept', 'age', 'allow', 'authorization', 'connection', 'cookie', 'cookie2', 'date', 'dnt', 'expect'],
  ...['forwarded', 'from', 'host', 'keep-alive', 'link', 'location', 'max-forwards', 'origin', 'pragma'],
  ...[
    'priority',
    'range',
    'referer',
    'server',
    'set-cookie',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
  ],
  ...[
    'user-agent',
    'vary',
    'via',
    'warning',
    'webhook-hops',
    'www-authenticate',
    'x-real-ip',
    'x-request-id',
  ],
  ...['cache-control', 'traceparent', 'tracestate', 'baggage', 'true-client-ip', 'x-http-method-override'],
]);

const TAKEN_PREFIXES = [
  ...['accept-', 'access-control-', 'cf-', 'content-', 'if-', 'proxy-', 'sec-', 'x-amz-', 'x-amzn-'],
  ...['x-apigateway-', 'x-forwarded-', 'cloudfront-', 'x-envoy-', 'x-b3-'],
];

/** Headers of senders: their values are stored with each event, or are signatures. */
const OF_SENDERS = new Set(
  Object.values(SENDERS).flatMap(({ headers, scheme }) => [
    ...[headers.identifier, headers.event].filter((name) => name !== null),
    ...('hmac' in scheme ? scheme.hmac : []),
  ]),
);

/**
 * True for a header that may hold a connection's secret: one that no other party sets, changes, strips, logs or stores.
 * The secret is always accepted in `Authorization: Bearer`, so that name is not needed here.
 */
const isHeaderName = (text: string): boolean => {
  const name = text.toLowerCase();
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) return false;
  return (
    !TAKEN.has(name) && !OF_SENDERS.has(name) && !TAKEN_PREFIXES.some((prefix) => name.startsWith(prefix))
  );
};

/** Settings of a new connection that can also be changed later. Lists have no duplicates. */
export const SETTINGS = {
  header_name: clearable(
    textWhere(
      isHeaderName,
      'must be the name of a header of your own, such as X-Webhook-Secret: 1 to 64 letters, digits, - and _, and none that HTTP, a proxy or a sender uses',
    ),
  ),
  site_url: clearable(siteUrl),
  site_hosts: z.optional(
    listOf((text) => hostOf(text) !== null, { most: 50, must: HOST, form: (text) => hostOf(text) ?? text }),
  ),
  project_keys: projectKeys(500),
  allowed_cidrs: z.optional(
    listOf(isCidr, {
      most: 500,
      must: 'must be a block of addresses, such as 192.0.2.0/24 or 2001:db8::/32',
      form: (text) => text.toLowerCase(),
    }),
  ),
  user_agent_prefix: clearable(
    textWhere(
      (text) => /^[\x21-\x7e][\x20-\x7e]{0,199}$/.test(text),
      'must be 1 to 200 ASCII characters that do not begin with a space, or null for any agent',
    ),
  ),
  rate: clearable(
    z.strictObject(
      { per_minute: z.int(RATE).check(z.minimum(1, RATE), z.maximum(1_000_000, RATE)) },
      { error: RATE },
    ),
  ),
  default_event_type: clearable(
    textWhere(
      (text) => /^[A-Za-z0-9][A-Za-z0-9:._-]{0,99}$/.test(text),
      'must be 1 to 100 of A-Z a-z 0-9 : . _ -, such as issue_created, or null for none',
    ),
  ),
};
