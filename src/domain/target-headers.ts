/** Headers that this service sets, that describe the transfer, or that would prevent the request from being sent. */
const REFUSED = new Set([
  ...['host', 'connection', 'transfer-encoding'],
  ...['expect', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade'],
]);

const REFUSED_PREFIXES = ['content-', 'webhook-', 'x-hub-signature'];

/** Maximum number of headers: they are sent with each request, and sealed with the URL in one row. */
export const MOST_HEADERS = 20;
const MOST_CHARACTERS = 2_000;

/** What is wrong with a header for a target, as text for people; null if nothing is. Never quotes its value. */
export const wrongHeader = (name: string, value: string): string | null => {
  const lower = name.toLowerCase();
  // Must start with a letter or digit: HTTP allows the name `__proto__`, but objects do not keep it.
  if (!/^[a-z0-9][!#$%&'*+.^_`|~a-z0-9-]{0,99}$/.test(lower)) return 'is no name of a header';
  if (REFUSED.has(lower) || REFUSED_PREFIXES.some((prefix) => lower.startsWith(prefix)))
    return 'cannot be set: it is written by this service';
  if (value.length > MOST_CHARACTERS) return `must be at most ${MOST_CHARACTERS} characters`;
  return /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/.test(value)
    ? null
    : 'must be one line of ASCII characters, with no space around it';
};
