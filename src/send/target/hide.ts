import type { Target } from '../../domain/subscription.ts';

/** Shorter ones are words of anybody's, and no secrets. */
const LEAST_CHARACTERS = 8;
/** Parts of a path are names more often than tokens. */
const LEAST_IN_PATH = 16;

const HIDDEN = '[hidden]';

/**
 * Hides in what a target answers what only it and we know: a target that shows a request again must not show its path,
 * query and headers to people who may not read them.
 */
export const hiderOf = ({ url, headers }: Target): ((text: string) => string) => {
  const secrets = [...new Set([...partsOf(new URL(url)), ...Object.values(headers).flatMap(valuesOf)])]
    .flatMap(formsOf)
    .toSorted((a, b) => b.length - a.length);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
};

/** The value, and what follows a scheme such as `Bearer`. */
const valuesOf = (value: string): string[] =>
  [value, value.slice(value.lastIndexOf(' ') + 1)].filter(({ length }) => length >= LEAST_CHARACTERS);

const partsOf = ({ pathname, search, searchParams }: URL): string[] => {
  const asSent = search
    .slice(1)
    .split('&')
    .map((part) => part.slice(part.indexOf('=') + 1));
  const inQuery = [`${pathname}${search}`, search.slice(1), ...asSent, ...searchParams.values()];
  const segments = pathname.split('/').filter(({ length }) => length >= LEAST_IN_PATH);
  const inPath = [pathname, ...segments, ...segments.map(decoded)];
  return [...inQuery, ...inPath].filter(({ length }) => length >= LEAST_CHARACTERS);
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** As it is, and as JSON writes it, with slashes escaped or not. */
const formsOf = (text: string): string[] => {
  const json = JSON.stringify(text).slice(1, -1);
  return [...new Set([text, json, json.replaceAll('/', '\\/')])];
};
