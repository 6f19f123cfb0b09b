/** Jira's issue ids are numeric: 1 to 20 digits. */
export const isIssueId = (text: string): boolean => /^\d{1,20}$/.test(text);

/** 1 to 255 printable characters without `#`, `/` or white space: safe in a key, an index and a path. */
export const isIssueKey = (text: string): boolean => /^[^\p{C}\p{Z}\s#/]{1,255}$/u.test(text);

/**
 * The form under which a key, or a project's, is looked up: Jira's keys are upper case, what people type need not
 * be. Each character becomes one, in any locale the same. So no key outgrows the limits above, which are those of
 * the table too: 255 characters of four bytes and a prefix are less than the 1,024 bytes of a sort key.
 */
export const lookupKey = (key: string): string => key.replace(/./gsu, upperCharacter);

/** `ß` stays: its upper case is two characters. */
const upperCharacter = (character: string): string => {
  const upper = character.toUpperCase();
  return [...upper].length === 1 ? upper : character;
};

/** `ABC` of `ABC-1`, the part before the last `-`; null without one. */
export const projectOfKey = (key: string): string | null => {
  const dash = key.lastIndexOf('-');
  return dash > 0 ? key.slice(0, dash) : null;
};
