import { DAY_MS, parseInstant } from '../domain/instant.ts';
import { type JsonObject, own } from '../domain/json.ts';
import { SOURCES } from '../domain/source.ts';
import { masterMadeName, masterName, masterNumber } from './masters.ts';
import { mainName, readSecretObject } from './secret-document.ts';

/** A key of the secret by its name, and since when it has its value; null when unknown. */
export type KeyAge = { name: string; since_ms: number | null };

/** The main key of every source that has one, and the newest master, null if there is none. */
export type SecretAges = { sources: KeyAge[]; newest_master: KeyAge | null };

/** The current document, and when the secret itself was created, in epoch milliseconds. */
export type DatedSecret = { document: string; created_ms: number | null };

/**
 * The name under which the document says when a source's main key was last rotated. `rotate-secret finish` writes it.
 */
export const rotatedName = (source: string): string => `${mainName(source)}_rotated_at`;

/**
 * Since when the keys of the secret are in force. A key without a date counts as old as the secret, although it may be
 * younger. So does one whose date is invalid or in the future, so that a typing error never makes a key look new.
 * @throws SecretDocumentError when the document is not a JSON object
 */
export const readSecretAges = ({ document, created_ms }: DatedSecret, nowMs: number): SecretAges => {
  const keys = readSecretObject(document);
  const ageOf = (name: string, dated: string): KeyAge => ({
    name,
    since_ms: pastInstant(own(keys, dated), nowMs) ?? created_ms,
  });
  const newest = Math.max(0, ...Object.keys(keys).map((name) => masterNumber(name) ?? 0));
  return {
    sources: SOURCES.filter((source) => holdsKey(keys, mainName(source))).map((source) =>
      ageOf(mainName(source), rotatedName(source)),
    ),
    newest_master: newest === 0 ? null : ageOf(masterName(newest), masterMadeName(newest)),
  };
};

const holdsKey = (keys: JsonObject, name: string): boolean => {
  const value = own(keys, name);
  return typeof value === 'string' && value !== '';
};

/** The instant, unless it is more than a day ahead: clocks differ, but not by a day. */
const pastInstant = (value: unknown, nowMs: number): number | null => {
  const at = typeof value === 'string' ? parseInstant(value) : null;
  return at !== null && at < nowMs + DAY_MS ? at : null;
};
