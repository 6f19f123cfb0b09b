import { UsageError } from '../shared/command.ts';
import { askGit } from './git.ts';

const MONTH_NAMES = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september'],
  ...['october', 'november', 'december'],
];
const DAY_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const UNIT = /^(?:second|minute|hour|day|week|month|year)s?$/;
const CLOCK = /^(?:am|pm|noon|midnight|tea|now|never)$/;
const NUMBER = /^(?:last|one|two|three|four|five|six|seven|eight|nine|ten|st|nd|rd|th)$/;
const ZONE = /^(?:t|z|utc|gmt|[acehmpy][ds]t|bst|[cemw]e?s?t)$/;
const OTHER = /^(?:ago|at|on|of|the|and|today|yesterday)$/;

/**
 * Parses `--since` to epoch seconds, as git does in this machine's time zone. But a day alone is the start of that day,
 * and text that git would silently misread is refused.
 * @throws UsageError when it is not a time
 */
export const readSince = async (folder: string, since: string, nowMs = Date.now()): Promise<number> => {
  const text = spellOut(since.trim());
  const refuse = (why: string) => new UsageError(`--since ${JSON.stringify(since)} is not a time: ${why}`);
  const wrong = whatIsWrong(text);
  if (wrong !== null) throw refuse(wrong);
  const read = await askGit(folder, ['rev-parse', `--since=${text}`]);
  const answer = read.kind === 'done' ? /^--max-age=(\d+)$/.exec(read.text)?.[1] : undefined;
  // For a time before 1970 git prints a number that is too large.
  const seconds = Number.isSafeInteger(Number(answer)) ? Number(answer) : 0;
  if (answer === undefined || isLost(text, seconds, nowMs)) throw refuse('git finds no time in it');
  return isDay(text) ? startOfDay(seconds) : seconds;
};

/** Rewrites `20260131`, and a day with a zone, to forms that git reads. */
const spellOut = (text: string): string =>
  text
    .replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
    .replace(/^(\d{4}-\d\d-\d\d)\s*(Z|[+-]\d\d:?\d\d)$/i, '$1T00:00:00$2');

/** Why git would silently misread the text; null if it would not. */
const whatIsWrong = (text: string): string | null => {
  const unknown = wordsOf(text).find((word) => !isKnown(word));
  if (unknown !== undefined) return `git does not know the word ${JSON.stringify(unknown)}`;
  if (/^\d{1,8}$|^\d{4}-\d{1,2}$/.test(text)) return 'the date is incomplete';
  return areReal(text) ? null : 'there is no such day or hour, or it is out of range for git';
};

const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}+/gu) ?? [];

/** Git ignores words it does not know: `30.dais` is the 30th of this month, and `yestrday` is now. */
const isKnown = (word: string): boolean =>
  [UNIT, CLOCK, NUMBER, ZONE, OTHER].some((words) => words.test(word)) ||
  (word.length >= 3 && [...MONTH_NAMES, ...DAY_NAMES].some((name) => name.startsWith(word)));

/** If git finds no time it answers the present, which only `now` or `today` may mean. A future date is accepted. */
const isLost = (text: string, seconds: number, nowMs: number): boolean =>
  seconds >= nowMs / 1_000 - 5 &&
  !/\d{4}/.test(text) &&
  !wordsOf(text).some((word) => /^now$|^today$/.test(word));

/** A day without a time, to which git adds the present time. */
const isDay = (text: string): boolean =>
  !/\d:\d|^@?\d{9,}/.test(text) && !wordsOf(text).some((word) => UNIT.test(word) || CLOCK.test(word));

const startOfDay = (seconds: number): number => new Date(seconds * 1_000).setHours(0, 0, 0, 0) / 1_000;

const MONTHS = MONTH_NAMES.map((name) => name.slice(0, 3));
const NAME = `(${MONTHS.join('|')})[a-z]*`;
const YEAR_FIRST = /(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/g;
const YEAR_LAST = /(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)/g;
const DAY_AFTER_NAME = new RegExp(`(?<![a-z])${NAME}[\\s,.-]+(\\d{1,2})(?![\\d:])`, 'g');
const DAY_BEFORE_NAME = new RegExp(`(?<![\\d:])(\\d{1,2})(?:st|nd|rd|th)?[\\s.-]+(?:of\\s+)?${NAME}`, 'g');
const TIME_OF_DAY = /(?<!\d)(\d+):(\d+)(?::(\d+))?/g;

type Rule = [RegExp, (a: string, b: string, c: string) => boolean];

/**
 * False for a text with an impossible day or time, or a year before 1970 or after 2099: git takes 31 February for
 * 3 March, and ignores the others.
 */
const areReal = (text: string): boolean =>
  RULES.every(([form, isReal]) =>
    [...text.toLowerCase().matchAll(form)].every(([, a = '', b = '', c = '0']) => isReal(a, b, c)),
  );

/** The number of days in a month. */
const lastDay = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

const isDate = (year: number, month: number, day: number): boolean =>
  year >= 1970 && year <= 2099 && month >= 1 && month <= 12 && day >= 1 && day <= lastDay(year, month);

const hasDay = (name: string, day: string): boolean => isDate(2000, MONTHS.indexOf(name) + 1, Number(day));

const RULES: Rule[] = [
  [YEAR_FIRST, (year, month, day) => isDate(+year, +month, +day)],
  [YEAR_LAST, (a, b, year) => isDate(+year, +a, +b) || isDate(+year, +b, +a)],
  [DAY_AFTER_NAME, (name, day) => hasDay(name, day)],
  [DAY_BEFORE_NAME, (day, name) => hasDay(name, day)],
  [TIME_OF_DAY, (hours, minutes, seconds) => +hours < 24 && +minutes < 60 && +seconds <= 60],
];
