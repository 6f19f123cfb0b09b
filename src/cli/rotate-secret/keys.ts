import { toUtcIso } from '../../domain/instant.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { SOURCES, type Source } from '../../domain/source.ts';
import { rotatedName } from '../../verify/secret-ages.ts';
import {
  mainName,
  readSigningKeys,
  SecretDocumentError,
  type SigningKey,
} from '../../verify/secret-document.ts';
import { CommandError } from '../shared/command.ts';
import type { StoredSecret } from './secret-store.ts';

/** The name under which the verifier knows the main key of the version before. */
const AWS_PREVIOUS = 'AWSPREVIOUS';

/**
 * What the verifier makes of a source's keys.
 * @throws CommandError when it can make nothing of them
 */
export const signingKeys = (
  { current, previous }: StoredSecret,
  source: Source,
  graceHours: number,
): SigningKey[] => {
  const stages = {
    current: current.text,
    createdMs: current.created_ms,
    previous: previous?.text ?? null,
  };
  try {
    return readSigningKeys(stages, { source, graceHours });
  } catch (fault) {
    if (fault instanceof SecretDocumentError)
      throw new CommandError(`The secret cannot be used: ${fault.message}.`);
    throw fault;
  }
};

/**
 * A key that an earlier change left in force and that is none of those without an end: `_previous`, or
 * AWSPREVIOUS after an overwrite by hand.
 */
export const keyInGrace = (keys: SigningKey[], nowMs: number): { key: SigningKey; until: number } | null => {
  const lasting = keys.filter(({ until }) => until === null);
  for (const key of keys)
    if (key.until !== null && nowMs < key.until && !lasting.some((other) => other.key.equals(key.key)))
      return { key, until: key.until };
  return null;
};

/**
 * The current document, in which every source's AWSPREVIOUS that verifies now has become its `_previous`.
 * Writing a version moves AWSPREVIOUS on for all sources: without this, a sender that still signs with the
 * secret before an overwrite by hand would be refused from then on.
 * @throws CommandError when a key cannot be written in its document's encoding
 */
export const documentToChange = (stored: StoredSecret, graceHours: number, nowMs: number): JsonObject =>
  SOURCES.reduce(
    (document, source) => keepOne(document, source, keysOrNone(stored, source, graceHours), nowMs),
    parseDocument(stored.current.text),
  );

const keepOne = (document: JsonObject, source: Source, keys: SigningKey[], nowMs: number): JsonObject => {
  const inGrace = keyInGrace(keys, nowMs);
  if (inGrace?.key.name !== AWS_PREVIOUS) return document;
  const { previous, previous_until } = keyNames(source);
  const text = encodeKey(document, source, inGrace.key.key);
  const until = toUtcIso(inGrace.until);
  if (text === null)
    throw new CommandError(
      `The ${source} secret before the last overwrite by hand verifies until ${until}, and would stop by this change: wait until then.`,
    );
  return { ...document, [previous]: text, [previous_until]: until };
};

/** A source whose keys are unusable verifies nothing, so there is nothing of it to keep. */
const keysOrNone = (stored: StoredSecret, source: Source, graceHours: number): SigningKey[] => {
  try {
    return signingKeys(stored, source, graceHours);
  } catch {
    return [];
  }
};

/** Every key of a source and what it does now: a name and a state, never a value. */
export const describeKeys = (
  stored: StoredSecret,
  source: Source,
  graceHours: number,
  nowMs: number,
): [string, string][] => {
  const { main, next, previous, previous_until } = keyNames(source);
  const document = parseDocument(stored.current.text);
  const keys = signingKeys(stored, source, graceHours);
  const find = (name: string) => keys.find((key) => key.name === name);
  const state = (name: string): string =>
    find(name) ? 'verifies' : 'verifies nothing: it is empty or not valid';
  const rows: [string, string][] = [[main, own(document, main) === undefined ? 'missing' : state(main)]];
  if (own(document, next) !== undefined) rows.push([next, state(next)]);
  if (own(document, previous) !== undefined)
    rows.push([previous, stateOfPrevious(find(previous)?.until, previous_until, nowMs)]);
  const inGrace = keyInGrace(keys, nowMs);
  if (inGrace?.key.name === AWS_PREVIOUS)
    rows.push([
      AWS_PREVIOUS,
      `verifies until ${toUtcIso(inGrace.until)}: the value before an overwrite by hand`,
    ]);
  return rows;
};

const stateOfPrevious = (until: number | null | undefined, name: string, nowMs: number): string => {
  if (until === undefined || until === null)
    return `verifies nothing: it is empty or not valid, or ${name} is missing or not an instant`;
  return nowMs < until ? `verifies until ${toUtcIso(until)}` : `stopped verifying at ${toUtcIso(until)}`;
};

class InexactNumber extends Error {}

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
 * The document of a version.
 * @throws CommandError, which never quotes it, when it is no JSON object or could not be written back as it is
 */
export const parseDocument = (text: string): JsonObject => {
  const document = parse(text);
  if (!isJsonObject(document))
    throw new CommandError('The secret is not a JSON object: put its keys into one first.');
  return document;
};

/** JSON.parse's own message quotes the text, which is the secret: it is dropped. */
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

/** The text under which a key's bytes are stored, or null when the document's encoding has none for them. */
export const encodeKey = (document: JsonObject, source: Source, key: Buffer): string | null => {
  if (own(document, keyNames(source).encoding) === 'base64') return key.toString('base64');
  const text = key.toString('utf8');
  return Buffer.from(text).equals(key) ? text : null;
};

/**
 * Stages a secret. Senders sign with the UTF-8 bytes of what is pasted into them, so with `_encoding: "base64"`
 * it is the base64 of those bytes that is stored.
 */
export const stage = (document: JsonObject, source: Source, secret: string): JsonObject => ({
  ...document,
  [keyNames(source).next]: encodeKey(document, source, Buffer.from(secret)) ?? secret,
});

/** When a staged key becomes the main one, and until when the one it replaces verifies. Epoch milliseconds. */
type Promotion = { at_ms: number; until_ms: number };

/** Makes the staged key the main one, and says since when it is. */
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

/** A copy without these keys. By entries, because a key may be called `__proto__`. */
const without = (document: JsonObject, names: string[]): JsonObject =>
  Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)));

/** Takes the staged key away. */
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
