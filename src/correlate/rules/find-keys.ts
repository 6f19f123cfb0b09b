import type { Named } from '../../domain/link.ts';
import { MOST_KEYS, truncatedIf } from './joins.ts';
import { mergedBranches } from './merged-branches.ts';

/**
 * A character that extends a word: a letter with case, or a digit. No key begins after one or ends before one. Letters
 * of scripts without case do not count: Chinese, Japanese or Thai text stands next to a key without a space. `_` is a
 * word border too, as in `feature/ABC-1_login`; before the key it may also be part of it, see `readingsOf`.
 */
const WORD = String.raw`[\p{Lu}\p{Ll}\p{Lt}\p{Nd}]`;

/**
 * Every run of characters that may be a project's key before a number. Each character is looked at once, however long
 * the run, so the time is linear in the length of the text. The first group matches when the run begins within a word.
 * A `-` may follow the number: Jira's "create branch" makes `ABC-1-404-page` of a summary that begins with a number,
 * and the `CVE-2024` of `CVE-2024-1` does no harm unless an issue has that key.
 */
const RUN = new RegExp(`(?<![A-Z0-9_])(?<=(${WORD})|)([A-Z0-9_]+)-(?=([1-9][0-9]{0,99})(?!${WORD}))`, 'gu');

/** Keeps a key within the length limit of an issue key. */
const LONGEST_PROJECT = 100;

const PROJECT = /(?<=^|_)[A-Z][A-Z0-9_]+/;
const PROJECT_WITHIN = /(?<=_)[A-Z][A-Z0-9_]+/;

/** The longest suffix of a run that may be a project's key and begins on a word border; null when there is none. */
const projectIn = (run: string, isWithinWord: boolean): string | null => {
  const end = run.slice(-LONGEST_PROJECT);
  const isBorder = end === run ? !isWithinWord : run.at(-LONGEST_PROJECT - 1) === '_';
  return (isBorder ? PROJECT : PROJECT_WITHIN).exec(end)?.[0] ?? null;
};

/** Everything that looks like a key, on word borders, each as long as possible. */
function* keysIn(text: string): Generator<string> {
  for (const [, within, run = '', number] of text.matchAll(RUN)) {
    const project = projectIn(run, within !== undefined);
    if (project !== null) yield `${project}-${number}`;
  }
}

/** ASCII only: `ß` must not become `SS`. */
const folded = (branch: string): string => branch.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** Each key once, in order of appearance, at most `MOST_KEYS`; the search ends at the first key beyond that. */
const named = (found: Iterable<string>): Named => {
  const keys = new Set<string>();
  for (const key of found) {
    if (keys.size === MOST_KEYS && !keys.has(key)) return { keys: [...keys], ...truncatedIf(true) };
    keys.add(key);
  }
  return { keys: [...keys] };
};

/**
 * Finds keys in a text, such as the title of a pull request; upper case only, as Jira writes them. They are candidates:
 * `UTF-8` is one, whether or not an issue has that key.
 */
export const findKeys = (text: string): Named => named(keysIn(text));

/** Finds keys in a branch's name, in upper or lower case. */
export const findBranchKeys = (branch: string): Named => named(keysIn(folded(branch)));

function* keysInMessage(message: string): Generator<string> {
  for (const branch of mergedBranches(message)) yield* keysIn(folded(branch));
  yield* keysIn(message);
}

/** Finds keys in a commit's message: as in any text, and as in a branch's name where it names a merged branch. */
export const findMessageKeys = (message: string): Named => named(keysInMessage(message));
