/**
 * The one form of all spellings of a repository's name that differ in case only: what it is stored and looked up by.
 * Character by character, so no name becomes another word (`ß` stays, it is not `ss`) and folding again changes
 * nothing.
 */
export const repositoryKey = (name: string): string => Array.from(name, foldCharacter).join('');

/** Without a dot of its own, `ı` is another letter than `i` and not its lower case. */
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

/** 1 to 255 bytes of printable characters without `#` or white space, folded too: safe in a key and an index. */
export const isRepositoryName = (text: string): boolean =>
  /^[^\p{C}\p{Z}\s#]+$/u.test(text) &&
  Buffer.byteLength(text) <= MOST_BYTES &&
  Buffer.byteLength(repositoryKey(text)) <= MOST_BYTES;

/**
 * What a delivery says of the repository it is about, beside its commits. Names keep the limits, and are spelt as they
 * were sent.
 */
export type DeliveredRepository = {
  name: string;
  /** The host's own id of it, which no rename changes; null when unknown. */
  id: string | null;
  /** Its name until then; `at_ms` is null when the body does not say when. */
  renamed: { from: string; at_ms: number | null } | null;
};

/** One rename, by repository keys. `id`: the host's id of the repository, or null. */
export type Rename = { from: string; to: string; at_ms: number; id: string | null };

/** Everything that is known of one name, merged from all deliveries in whatever order. */
export type RepositoryFacts = {
  /** How it is shown: of all spellings that were sent the first by code unit, so always the same one. */
  spelling: string | null;
  /** The host's ids of repositories that delivered under it. Sorted. */
  ids: string[];
  /** Every rename from it or to it. Sorted. */
  renames: Rename[];
};
