/** Ours, those that say how a body is sent, and those that would keep it from being sent at all. */
const REFUSED = new Set([
  ...['host', 'connection', 'transfer-encoding'],
  ...['expect', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade'],
]);

const REFUSED_PREFIXES = ['content-', 'webhook-', 'x-hub-signature'];

/** Sent with each request, and sealed in one row with the URL. */
export const MOST_HEADERS = 20;
const MOST_CHARACTERS = 2_000;

/** What is wrong with a header that people want sent to a target, for them; null for nothing. Never says its value. */
export const wrongHeader = (name: string, value: string): string | null => {
  const lower = name.toLowerCase();
  // A letter or digit first: `__proto__` is a name in HTTP, and none that objects keep.
  if (!/^[a-z0-9][!#$%&'*+.^_`|~a-z0-9-]{0,99}$/.test(lower)) return 'is no name of a header';
  if (REFUSED.has(lower) || REFUSED_PREFIXES.some((prefix) => lower.startsWith(prefix)))
    return 'cannot be set: it is written by this service';
  if (value.length > MOST_CHARACTERS) return `must be at most ${MOST_CHARACTERS} characters`;
  return /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/.test(value)
    ? null
    : 'must be one line of ASCII characters, with no space around it';
};
