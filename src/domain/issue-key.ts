/** Jira's issue ids are numeric: 1 to 20 digits. */
export const isIssueId = (text: string): boolean => /^\d{1,20}$/.test(text);

/** 1 to 255 printable characters without `#`, `/` or white space: safe in a table key, an index and a path. */
export const isIssueKey = (text: string): boolean => /^[^\p{C}\p{Z}\s#/]{1,255}$/u.test(text);

/**
 * The form in which an issue or project key is looked up: upper case, because people may type lower case. Maps each
 * character to exactly one, independent of the locale, so no key outgrows the limit above. That fits the table: 255
 * characters of up to four bytes, with a prefix, are less than the 1,024 bytes of a sort key.
 */
export const lookupKey = (key: string): string => key.replace(/./gsu, upperCharacter);

/** `ß` is unchanged: its upper case is two characters. */
const upperCharacter = (character: string): string => {
  const upper = character.toUpperCase();
  return [...upper].length === 1 ? upper : character;
};

/** The part before the last `-`: `ABC` for `ABC-1`; null without a `-`. */
export const projectOfKey = (key: string): string | null => {
  const dash = key.lastIndexOf('-');
  return dash > 0 ? key.slice(0, dash) : null;
};
