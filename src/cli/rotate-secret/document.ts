import { toUtcIso } from '../../domain/instant.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import type { Source } from '../../domain/source.ts';
import { rotatedName } from '../../verify/secret-ages.ts';
import { mainName } from '../../verify/secret-document.ts';
import { CommandError } from '../shared/command.ts';

/** The JSON keys of one source in the document that all sources share. */
export const keyNames = (source: Source) => {
  const main = mainName(source);
  return {
    main,
    next: `${main}_next`,
    previous: `${main}_previous`,
    previous_until: `${main}_previous_until`,
    encoding: `${main}_encoding`,
    rotated_at: rotatedName(source),
  };
};

/**
 * Parses the document of a version.
 * @throws CommandError, which never quotes it, when it is not a JSON object or could not be written back unchanged
 */
export const parseDocument = (text: string): JsonObject => {
  const document = parse(text);
  if (!isJsonObject(document))
    throw new CommandError('The secret is not a JSON object: put its keys into one first.');
  return document;
};

class InexactNumber extends Error {}

/** Drops the message of JSON.parse, which quotes the text, that is, the secret. */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text, refuseInexact);
  } catch (fault) {
    if (fault instanceof InexactNumber)
      throw new CommandError(
        'The secret contains a number that would not be written back unchanged: rotate by hand.',
      );
    return null;
  }
};

/** `1e2` and `1.0` would be written back as other text, and a long number as another number. */
const refuseInexact = (_name: string, value: unknown, context?: { source?: string }): unknown => {
  if (typeof value === 'number' && String(value) !== context?.source) throw new InexactNumber();
  return value;
};

/** The text to store for the bytes of a key; null if the document's encoding cannot express them. */
export const encodeKey = (document: JsonObject, source: Source, key: Buffer): string | null => {
  if (own(document, keyNames(source).encoding) === 'base64') return key.toString('base64');
  const text = key.toString('utf8');
  return Buffer.from(text).equals(key) ? text : null;
};

/**
 * Stages a secret. Senders sign with the UTF-8 bytes of what is pasted into them, so with `_encoding: "base64"`
 * the base64 of those bytes is stored.
 */
export const stage = (document: JsonObject, source: Source, secret: string): JsonObject => ({
  ...document,
  [keyNames(source).next]: encodeKey(document, source, Buffer.from(secret)) ?? secret,
});

/** When a staged key becomes the main one, and until when the one it replaces verifies. Epoch milliseconds. */
type Promotion = { at_ms: number; until_ms: number };

/** Makes the staged key the main one, and records when. */
export const promote = (document: JsonObject, source: Source, { at_ms, until_ms }: Promotion): JsonObject => {
  const { main, next, previous, previous_until, rotated_at } = keyNames(source);
  const old = own(document, main);
  const grace = typeof old === 'string' && old !== '';
  return {
    ...without(document, [next, previous, previous_until]),
    [main]: own(document, next) ?? null,
    [rotated_at]: toUtcIso(at_ms),
    ...(grace ? { [previous]: old, [previous_until]: toUtcIso(until_ms) } : {}),
  };
};

/** A copy without these keys. Built from entries, because a key may be called `__proto__`. */
const without = (document: JsonObject, names: string[]): JsonObject =>
  Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)));

/** Removes the staged key. */
export const takeBack = (document: JsonObject, source: Source): JsonObject =>
  without(document, [keyNames(source).next]);

/** Which keys a change adds, replaces and removes: names only. */
export const describeChange = (before: JsonObject, after: JsonObject): string[] => {
  const added = Object.keys(after).filter((name) => !Object.hasOwn(before, name));
  const removed = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const replaced = Object.keys(after).filter(
    (name) => Object.hasOwn(before, name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  return [
    ...added.map((name) => `  adds ${name}`),
    ...replaced.map((name) => `  replaces ${name}`),
    ...removed.map((name) => `  removes ${name}`),
  ];
};
