/** Jira's issue ids are numeric: 1 to 20 digits. */
export const isIssueId = (text: string): boolean => /^\d{1,20}$/.test(text);

/** 1 to 255 printable characters without `#`, `/` or white space: safe in a key, an index and a path. */
export const isIssueKey = (text: string): boolean => /^[^\p{C}\p{Z}\s#/]{1,255}$/u.test(text);

/** The form under which a key is looked up: Jira's keys are upper case, what people type need not be. */
export const lookupKey = (key: string): string => key.toUpperCase();

/** `ABC` of `ABC-1`, the part before the last `-`; null without one. */
export const projectOfKey = (key: string): string | null => {
  const dash = key.lastIndexOf('-');
  return dash > 0 ? key.slice(0, dash) : null;
};
