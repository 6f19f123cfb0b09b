/**
 * A repository's name in folded case, in which it is stored and looked up: spellings that differ only in case are one
 * repository. Folds character by character (`ß` does not become `ss`), so folding is idempotent.
 */
export const repositoryKey = (name: string): string => Array.from(name, foldCharacter).join('');

/** Not folded: `ı` is a different letter from `i`, although its upper case is `I`. */
const DOTLESS_I = 'ı';

const foldCharacter = (character: string): string => {
  if (character === DOTLESS_I) return character;
  const upper = single(character, character.toUpperCase());
  return single(upper, upper.toLowerCase());
};

const single = (character: string, changed: string): string =>
  Array.from(changed).length === 1 ? changed : character;

/** 1 to 255 bytes as text and as key. */
const MOST_BYTES = 255;

/** 1 to 255 bytes of printable characters without `#` or white space, also when folded: safe in a key and an index. */
export const isRepositoryName = (text: string): boolean =>
  /^[^\p{C}\p{Z}\s#]+$/u.test(text) &&
  Buffer.byteLength(text) <= MOST_BYTES &&
  Buffer.byteLength(repositoryKey(text)) <= MOST_BYTES;

/** What a delivery says about its repository, apart from commits. Names are within the limits, spelt as sent. */
export type DeliveredRepository = {
  name: string;
  /** The host's own id, which a rename does not change; null when unknown. */
  id: string | null;
  /** The previous name; `at_ms` is null when the body has no time. */
  renamed: { from: string; at_ms: number | null } | null;
};

/** One rename, by repository keys. `id`: the host's id of the repository, or null. */
export type Rename = { from: string; to: string; at_ms: number; id: string | null };

/** Everything known about one name, merged from all deliveries in any order. */
export type RepositoryFacts = {
  /** The spelling shown: the first by code unit of all that were sent, so that it does not depend on the order. */
  spelling: string | null;
  /** The host's ids of the repositories that delivered under this name. Sorted. */
  ids: string[];
  /** Every rename from or to this name. Sorted. */
  renames: Rename[];
};
