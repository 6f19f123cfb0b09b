import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';

const ID_NAMES = new Set(['id', 'issueId', 'sourceIssueId']);

const at = (body: JsonObject, part: string, name: string): Json | undefined => {
  const value = own(body, part);
  return isJsonObject(value) ? own(value, name) : undefined;
};

const isInexact = (value: unknown): boolean => Number.isInteger(value) && !Number.isSafeInteger(value);

/** True when an id was sent as a number too long for JavaScript to keep every digit. */
export const hasInexactIds = (body: JsonObject): boolean =>
  isInexact(at(body, 'issue', 'id')) ||
  isInexact(at(body, 'worklog', 'issueId')) ||
  isInexact(at(body, 'issueLink', 'sourceIssueId'));

const keepDigits = (name: string, value: unknown, context?: { source?: string }): unknown =>
  ID_NAMES.has(name) && isInexact(value) ? context?.source : value;

/**
 * The same JSON with long numeric ids as the digits that were sent. Slow, so only for bodies that need it.
 * Null when it is nested too deeply for a reviver, which works recursively.
 */
export const parseWithExactIds = (text: string): unknown => {
  try {
    return JSON.parse(text, keepDigits);
  } catch {
    return null;
  }
};
