import type { Named } from '../../domain/link.ts';
import { MOST_KEYS, truncatedIf } from './joins.ts';
import { mergedBranches } from './merged-branches.ts';

/**
 * A letter that has case, or a digit, makes a longer word of what it touches. Letters of scripts without case do
 * not: Chinese, Japanese or Thai text stands beside a key without a space. `_` is a border too, as in
 * `feature/ABC-1_login`; before the key it may also belong to it, see `readingsOf`.
 */
const WORD = String.raw`[\p{Lu}\p{Ll}\p{Lt}\p{Nd}]`;

/**
 * All that may be a project's key before a number, each looked at once, however long it is: so the time grows with
 * the text's length and no faster. The first group matches when it begins within a word. Whatever follows the number:
 * `ABC-1-404-page` is what Jira's "create branch" makes of a summary that begins with a number, and `CVE-2024` of
 * `CVE-2024-1` names no issue unless there is one.
 */
const RUN = new RegExp(`(?<![A-Z0-9_])(?<=(${WORD})|)([A-Z0-9_]+)-(?=([1-9][0-9]{0,99})(?!${WORD}))`, 'gu');

/** Limits keep a key within an issue key's. */
const LONGEST_PROJECT = 100;

const PROJECT = /(?<=^|_)[A-Z][A-Z0-9_]+/;
const PROJECT_WITHIN = /(?<=_)[A-Z][A-Z0-9_]+/;

/** The longest end of a run that may be a project's key, on a word border; null when there is none. */
const projectIn = (run: string, isWithinWord: boolean): string | null => {
  const end = run.slice(-LONGEST_PROJECT);
  const isBorder = end === run ? !isWithinWord : run.at(-LONGEST_PROJECT - 1) === '_';
  return (isBorder ? PROJECT : PROJECT_WITHIN).exec(end)?.[0] ?? null;
};

/** What looks like a key, on word borders, as long as it can be. */
function* keysIn(text: string): Generator<string> {
  for (const [, within, run = '', number] of text.matchAll(RUN)) {
    const project = projectIn(run, within !== undefined);
    if (project !== null) yield `${project}-${number}`;
  }
}

/** ASCII only: `ß` must not become `SS`. */
const folded = (branch: string): string => branch.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** Each once, in order of appearance, at most `MOST_KEYS`; the search ends with the first one that is too many. */
const named = (found: Iterable<string>): Named => {
  const keys = new Set<string>();
  for (const key of found) {
    if (keys.size === MOST_KEYS && !keys.has(key)) return { keys: [...keys], ...truncatedIf(true) };
    keys.add(key);
  }
  return { keys: [...keys] };
};

/**
 * Keys in a text, such as the title of a pull request: upper case as Jira writes them. They are candidates: `UTF-8`
 * is one and names no issue unless there is one.
 */
export const findKeys = (text: string): Named => named(keysIn(text));

/** Keys in a branch's name, whose letters need not be upper case. */
export const findBranchKeys = (branch: string): Named => named(keysIn(folded(branch)));

function* keysInMessage(message: string): Generator<string> {
  for (const branch of mergedBranches(message)) yield* keysIn(folded(branch));
  yield* keysIn(message);
}

/** Keys in a commit's message: as in any text, and as in a branch's name where it says what was merged in. */
export const findMessageKeys = (message: string): Named => named(keysInMessage(message));
