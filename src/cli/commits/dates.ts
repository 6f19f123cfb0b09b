/** Days of the months; the year decides on 29 February. */
const lastDay = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

const isDate = (year: number, month: number, day: number): boolean =>
  year >= 1970 && year <= 2099 && month >= 1 && month <= 12 && day >= 1 && day <= lastDay(year, month);

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const NAME = `(${MONTHS.join('|')})[a-z]*`;

const YEAR_FIRST = /(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/g;
const YEAR_LAST = /(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)/g;
const DAY_AFTER_NAME = new RegExp(`(?<![a-z])${NAME}[\\s,.-]+(\\d{1,2})(?![\\d:])`, 'g');
const DAY_BEFORE_NAME = new RegExp(`(?<![\\d:])(\\d{1,2})(?:st|nd|rd|th)?[\\s.-]+(?:of\\s+)?${NAME}`, 'g');
const CLOCK = /(?<!\d)(\d+):(\d+)(?::(\d+))?/g;

type Rule = [RegExp, (a: string, b: string, c: string) => boolean];

const hasDay = (name: string, day: string): boolean => isDate(2000, MONTHS.indexOf(name) + 1, Number(day));

const RULES: Rule[] = [
  [YEAR_FIRST, (year, month, day) => isDate(+year, +month, +day)],
  [YEAR_LAST, (a, b, year) => isDate(+year, +a, +b) || isDate(+year, +b, +a)],
  [DAY_AFTER_NAME, (name, day) => hasDay(name, day)],
  [DAY_BEFORE_NAME, (day, name) => hasDay(name, day)],
  [CLOCK, (hours, minutes, seconds) => +hours < 24 && +minutes < 60 && +seconds <= 60],
];

/**
 * False for a text with a day that no calendar has, an hour that no clock has, or a year before 1970 or after 2099:
 * git takes 31 February for 3 March, and passes over the others.
 */
export const areReal = (text: string): boolean =>
  RULES.every(([form, isReal]) =>
    [...text.toLowerCase().matchAll(form)].every(([, a = '', b = '', c = '0']) => isReal(a, b, c)),
  );
