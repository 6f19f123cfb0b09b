import { UsageError } from '../shared/command-error.ts';
import { areReal } from './dates.ts';
import { askGit } from './git.ts';

const NAMES = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september'],
  ...['october', 'november', 'december'],
  ...['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
];
const UNIT = /^(?:second|minute|hour|day|week|month|year)s?$/;
const CLOCK = /^(?:am|pm|noon|midnight|tea|now|never)$/;
const NUMBER = /^(?:last|one|two|three|four|five|six|seven|eight|nine|ten|st|nd|rd|th)$/;
const ZONE = /^(?:t|z|utc|gmt|[acehmpy][ds]t|bst|[cemw]e?s?t)$/;
const OTHER = /^(?:ago|at|on|of|the|and|today|yesterday)$/;

/** Git passes over words it does not know: `30.dais` is the 30th of this month, and `yestrday` is now. */
const isKnown = (word: string): boolean =>
  [UNIT, CLOCK, NUMBER, ZONE, OTHER].some((words) => words.test(word)) ||
  (word.length >= 3 && NAMES.some((name) => name.startsWith(word)));

const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}+/gu) ?? [];

/** What git misreads in silence, in words; null when nothing. */
const whatIsWrong = (text: string): string | null => {
  const unknown = wordsOf(text).find((word) => !isKnown(word));
  if (unknown !== undefined) return `git does not know the word ${JSON.stringify(unknown)}`;
  if (/^\d{1,8}$|^\d{4}-\d{1,2}$/.test(text)) return 'that is no whole date';
  return areReal(text) ? null : 'there is no such day or hour, or git does not count so far';
};

/** A day without an hour, to which git adds the present one. */
const isDay = (text: string): boolean =>
  !/\d:\d|^@?\d{9,}/.test(text) && !wordsOf(text).some((word) => UNIT.test(word) || CLOCK.test(word));

/** `20260131` is a day too, and so is one with a zone. */
const spellOut = (text: string): string =>
  text
    .replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
    .replace(/^(\d{4}-\d\d-\d\d)\s*(Z|[+-]\d\d:?\d\d)$/i, '$1T00:00:00$2');

const startOfDay = (seconds: number): number => new Date(seconds * 1_000).setHours(0, 0, 0, 0) / 1_000;

/** Where git gave up it answers the present time: only `now` may mean that. A date that is to come stays one. */
const isLost = (text: string, seconds: number, nowMs: number): boolean =>
  seconds >= nowMs / 1_000 - 5 &&
  !/\d{4}/.test(text) &&
  !wordsOf(text).some((word) => /^now$|^today$/.test(word));

/**
 * What `--since` means, in epoch seconds, as git reads it in this machine's time zone; but a day alone is the start
 * of that day, and what git would misread in silence is refused.
 * @throws UsageError when it is no time
 */
export const readSince = async (folder: string, since: string, nowMs = Date.now()): Promise<number> => {
  const text = spellOut(since.trim());
  const refuse = (why: string) => new UsageError(`--since ${JSON.stringify(since)} is no time: ${why}`);
  const wrong = whatIsWrong(text);
  if (wrong !== null) throw refuse(wrong);
  const read = await askGit(folder, ['rev-parse', `--since=${text}`]);
  const answer = read.kind === 'done' ? /^--max-age=(\d+)$/.exec(read.text)?.[1] : undefined;
  // Before 1970 git's number is one beyond all that counts.
  const seconds = Number.isSafeInteger(Number(answer)) ? Number(answer) : 0;
  if (answer === undefined || isLost(text, seconds, nowMs)) throw refuse('git reads none in it');
  return isDay(text) ? startOfDay(seconds) : seconds;
};
