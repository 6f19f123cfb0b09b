import { toUtcIso } from '../../domain/instant.ts';
import { type JsonObject, own } from '../../domain/json.ts';
import { SOURCES, type Source } from '../../domain/source.ts';
import { readSigningKeys, SecretDocumentError, type SigningKey } from '../../verify/secret-document.ts';
import { CommandError } from '../shared/command.ts';
import { encodeKey, keyNames, parseDocument } from './document.ts';
import type { StoredSecret } from './secret-store.ts';

/** The verifier's name for the main key of the previous version. */
const AWS_PREVIOUS = 'AWSPREVIOUS';

/**
 * The keys of a source as the verifier reads them.
 * @throws CommandError when the verifier cannot use them
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
 * A replaced key that still verifies for a while, unless the same key also verifies without an end: `_previous`, or
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
 * The current document, with each source's AWSPREVIOUS key, if it still verifies, stored as its `_previous`.
 * Writing a version moves AWSPREVIOUS on for all sources: without this, a sender that still signs with the
 * secret from before an overwrite by hand would be refused from then on.
 * @throws CommandError when a key cannot be expressed in its document's encoding
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

/** A source whose keys are unusable verifies nothing, so it has no key to keep. */
const keysOrNone = (stored: StoredSecret, source: Source, graceHours: number): SigningKey[] => {
  try {
    return signingKeys(stored, source, graceHours);
  } catch {
    return [];
  }
};

/** The name and the current state of every key of a source, never a value. */
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
