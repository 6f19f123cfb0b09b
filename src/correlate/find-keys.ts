import { MOST_KEYS } from './named.ts';

/**
 * A letter that has case, a digit or `_` makes a longer word of what it touches. Letters of scripts without
 * case do not: Chinese, Japanese or Thai text stands beside a key without a space.
 */
const WORD = String.raw`[\p{Lu}\p{Ll}\p{Lt}\p{Nd}_]`;

/** Ends of a longer number: `CVE-2024-1`, `AB-2024-01-31`. In `ABC-1-2nd-try` the second number begins a word. */
const NUMBER_GOES_ON = String.raw`-\d(?!\d{0,8}[\p{Lu}\p{Ll}\p{Lt}])`;

/**
 * What looks like a key, on word borders. Every part is bounded and a match can begin only where a word does,
 * so the time grows with the text's length and no faster. Limits keep a key within an issue key's.
 */
const KEY = new RegExp(
  `(?<!${WORD})[A-Z][A-Z0-9_]{1,99}-[1-9][0-9]{0,99}(?!${WORD}|${NUMBER_GOES_ON})`,
  'gu',
);

/**
 * Keys in a commit message or a pull request title: upper case as Jira writes them, in order of appearance,
 * each once, at most `MOST_KEYS`. They are candidates: `UTF-8` is one and names no issue unless there is one.
 */
export const findKeys = (text: string): string[] => {
  const keys = new Set<string>();
  for (const [key] of text.matchAll(KEY)) {
    keys.add(key);
    if (keys.size === MOST_KEYS) break;
  }
  return [...keys];
};

/** Keys in a branch's name, whose letters need not be upper case. ASCII only: `ß` must not become `SS`. */
export const findBranchKeys = (branch: string): string[] =>
  findKeys(branch.replace(/[a-z]+/g, (letters) => letters.toUpperCase()));
