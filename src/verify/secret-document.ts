import { HOUR_MS, parseInstant } from '../domain/instant.ts';
import { isJsonObject, type JsonObject, own } from '../domain/json.ts';

/** One key that may verify; `until` is an instant in epoch milliseconds (exclusive), null for no end. */
export type SigningKey = { name: string; key: Buffer; until: number | null };

/** The text of AWSCURRENT and its `CreatedDate` in epoch milliseconds, null when the store returned none. */
export type CurrentVersion = { current: string; createdMs: number | null };

/** Both stages; `previous` is null when there is no AWSPREVIOUS, or it was not read because it cannot verify. */
export type SecretStages = CurrentVersion & { previous: string | null };

/** Whose keys to read (`jira` reads `jira_webhook_secret`), and how long AWSPREVIOUS verifies. */
export type SecretRules = { source: string; graceHours: number };

/**
 * The keys that may verify a source's deliveries: `<source>_webhook_secret`, `_next` (staged), `_previous` until
 * the instant `_previous_until` (ignored without a valid one), and AWSPREVIOUS's main key.
 * `_encoding: "base64"` applies to all keys of its document; without it a key is its UTF-8 text. An empty or
 * missing key, or one that is not valid base64, is left out, so an object without keys verifies nothing.
 * @throws SecretDocumentError when AWSCURRENT is not a JSON object, or its `_encoding` is unknown.
 */
export const readSigningKeys = (stages: SecretStages, rules: SecretRules): SigningKey[] => {
  const document = readSecretObject(stages.current);
  const main = mainName(rules.source);
  const keyOf = keyReader(document, main);
  const untilText = own(document, `${main}_previous_until`);
  const previousUntil = typeof untilText === 'string' ? parseInstant(untilText) : null;
  const graceEnd = awsPreviousUntil(stages, rules);
  const keys: SigningKey[] = [
    { name: main, key: keyOf(main), until: null },
    { name: `${main}_next`, key: keyOf(`${main}_next`), until: null },
  ];
  if (previousUntil !== null)
    keys.push({ name: `${main}_previous`, key: keyOf(`${main}_previous`), until: previousUntil });
  if (graceEnd !== null)
    keys.push({ name: 'AWSPREVIOUS', key: mainKeyOf(stages.previous, main), until: graceEnd });
  return keys.filter(({ key }) => key.length > 0);
};

const NO_KEY = Buffer.alloc(0);

/** Reads the bytes of a key by its name; empty when it is missing, not a string, or cannot be decoded. */
const keyReader = (document: JsonObject, main: string): ((name: string) => Buffer) => {
  const encoding = own(document, `${main}_encoding`);
  if (encoding !== undefined && encoding !== 'base64')
    throw new SecretDocumentError(`${main}_encoding must be "base64" or absent`);
  return (name) => {
    const text = own(document, name);
    if (typeof text !== 'string') return NO_KEY;
    return encoding === 'base64' ? fromBase64(text) : Buffer.from(text);
  };
};

/** Strict, because Node's decoder skips invalid characters and would turn a typing error into another key. */
export const fromBase64 = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : NO_KEY;
};

/** AWSPREVIOUS is ignored when it cannot be parsed: it may date from before the secret was a JSON object. */
const mainKeyOf = (text: string | null, main: string): Buffer => {
  const document = text === null ? undefined : parseJson(text);
  try {
    return isJsonObject(document) ? keyReader(document, main)(main) : NO_KEY;
  } catch {
    return NO_KEY;
  }
};

/**
 * A text of the document by its name; null when it is missing, not a string, or empty.
 * @throws SecretDocumentError when the document is not a JSON object.
 */
export const readSecretText = (document: string, name: string): string | null => {
  const text = own(readSecretObject(document), name);
  return typeof text === 'string' && text !== '' ? text : null;
};

/**
 * Until when (epoch milliseconds, exclusive) AWSPREVIOUS verifies beside this AWSCURRENT; null if it does not.
 *
 * AWSPREVIOUS verifies only after a plain overwrite by hand. As soon as AWSCURRENT has a `_previous` key (even an empty
 * one, which ends the grace period at once), only the keys of AWSCURRENT count.
 * @throws SecretDocumentError when AWSCURRENT is not a JSON object.
 */
export const awsPreviousUntil = (
  { current, createdMs }: CurrentVersion,
  { source, graceHours }: SecretRules,
): number | null => {
  const managed = own(readSecretObject(current), `${mainName(source)}_previous`) !== undefined;
  return managed || createdMs === null ? null : createdMs + graceHours * HOUR_MS;
};

/** Parses the document. @throws SecretDocumentError when it is not a JSON object */
export const readSecretObject = (text: string): JsonObject => {
  const document = parseJson(text);
  if (!isJsonObject(document)) throw new SecretDocumentError('the secret is not a JSON object');
  return document;
};

/** JSON.parse's own message quotes the text, which is the secret: it is dropped, not kept as a cause. */
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The secret's contents are invalid, which is a fault of ours. The message never quotes the document. */
export class SecretDocumentError extends Error {
  override readonly name = 'SecretDocumentError';
}

/** The JSON key of a source's secret; the others are this name with a suffix. */
export const mainName = (source: string): string => `${source}_webhook_secret`;
