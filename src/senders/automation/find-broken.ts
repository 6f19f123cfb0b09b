import { behindValue, type Fault, isOtherQuote, isRestOfString, type Last, noName } from './fault.ts';

/** An error and its path: the names and indexes that lead to it. */
export type Broken = { fault: Fault; path: (string | number)[] };

/** Deeper than any template, and few enough to store the path. */
const MOST_LEVELS = 1_000;

/**
 * The first error that makes a text invalid JSON, or nesting deeper than in any template; null if it is valid. Takes
 * time linear in the length of the text.
 */
export const findBroken = (text: string): Broken | null => {
  const reading: Reading = { text, at: 0, levels: [], expects: 'value', last: null, name: '' };
  while (reading.at <= text.length) {
    if (reading.levels.length > MOST_LEVELS) return broken(reading, 'deep');
    skipSpace(reading);
    if (reading.expects === 'end') return isAtEnd(reading) ? null : broken(reading, 'behind');
    const fault = STEPS[reading.expects](reading);
    if (fault !== null) return broken(reading, fault);
  }
  return null;
};

type Level = { kind: 'object'; name: string } | { kind: 'array'; index: number };

type Expected = 'value' | 'value-or-end' | 'name' | 'name-or-end' | 'colon' | 'comma';

/**
 * `last`: the value just read. `name`: the last name read; until its colon is found, an error may belong to the value
 * before it.
 */
type Reading = {
  text: string;
  at: number;
  levels: Level[];
  expects: Expected | 'end';
  last: Last | null;
  name: string;
};

const broken = ({ levels }: Reading, fault: Fault): Broken => ({
  fault,
  path: levels.flatMap((level): (string | number)[] => {
    if (level.kind === 'array') return [level.index];
    return level.name === '' ? [] : [level.name];
  }),
});

const isAtEnd = ({ text, at }: Reading): boolean => at >= text.length;

const take = (reading: Reading, pattern: RegExp): string => {
  pattern.lastIndex = reading.at;
  const found = pattern.exec(reading.text)?.[0] ?? '';
  reading.at += found.length;
  return found;
};

const skipSpace = (reading: Reading): void => void take(reading, /[ \t\r\n]*/y);

type Step = (reading: Reading) => Fault | null;

const readValue: Step = (reading) => {
  const { text, at } = reading;
  if (isAtEnd(reading)) return 'ends';
  if (text.startsWith('{{', at)) return 'smart-value';
  const read = VALUES[text[at] ?? ''];
  return read ? read(reading) : readWord(reading);
};

const open =
  (level: () => Level, expects: Expected): Step =>
  (reading) => {
    reading.at += 1;
    reading.levels.push(level());
    reading.expects = expects;
    return null;
  };

const close =
  (kind: Level['kind']): Step =>
  (reading) => {
    if (reading.levels.at(-1)?.kind !== kind) return 'missing';
    reading.at += 1;
    reading.levels.pop();
    return afterValue(reading, 'other');
  };

const afterValue = (reading: Reading, kind: Last['kind']): null => {
  reading.last = { kind, end: reading.at };
  reading.expects = reading.levels.length === 0 ? 'end' : 'comma';
  return null;
};

const readStringValue: Step = (reading) => {
  const from = reading.at;
  const fault = readString(reading);
  return fault ?? afterValue(reading, reading.at - from === 2 ? 'empty' : 'string');
};

/** Reads a string to its closing quotation mark. */
const readString: Step = (reading) => {
  reading.at += 1;
  do take(reading, /[^"\\]*/y);
  while (take(reading, /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y) !== '');
  if (isAtEnd(reading)) return 'ends';
  if (reading.text[reading.at] !== '"') return 'backslash';
  reading.at += 1;
  return null;
};

const readWord: Step = (reading) => {
  const from = reading.at;
  const isWord =
    take(reading, /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y) !== '';
  if (isWord)
    return afterValue(reading, /\d$/.test(reading.text.slice(from, reading.at)) ? 'number' : 'other');
  if (reading.levels.length === 0) return 'no-object';
  return isOtherQuote(reading.text[reading.at] ?? '') ? 'quotes' : 'unquoted';
};

const missing: Step = () => 'missing';

const commaForValue: Step = (reading) => (inArray(reading) ? 'comma-too-many' : 'missing');

const VALUES: Record<string, Step> = {
  '{': open(() => ({ kind: 'object', name: '' }), 'name-or-end'),
  '[': open(() => ({ kind: 'array', index: 0 }), 'value-or-end'),
  '"': readStringValue,
  ',': commaForValue,
  '}': missing,
  ']': missing,
};

const readName: Step = (reading) => {
  const from = reading.at;
  if (isAtEnd(reading)) return 'ends';
  if (reading.text.startsWith('{{', from)) return 'smart-value';
  const found = reading.text[from] ?? '';
  if (found !== '"') return noName(found, from, reading.last);
  const fault = readString(reading);
  if (fault !== null) return fault;
  reading.expects = 'colon';
  reading.name = reading.text.slice(from + 1, reading.at - 1);
  return null;
};

const readColon: Step = (reading) => {
  if (isAtEnd(reading)) return 'ends';
  const found = reading.text[reading.at] ?? '';
  if (found !== ':' && isRestOfString(found, reading.last)) return 'quote';
  const level = reading.levels.at(-1);
  if (level?.kind === 'object') level.name = reading.name;
  if (found !== ':') return 'no-colon';
  reading.at += 1;
  reading.expects = 'value';
  return null;
};

const readComma: Step = (reading) => {
  const { text, at, levels, last } = reading;
  const level = levels.at(-1);
  if (isAtEnd(reading)) return 'ends';
  if (text[at] === (level?.kind === 'array' ? ']' : '}')) return close(level?.kind ?? 'object')(reading);
  if (text[at] !== ',') return behindValue(text, at, last);
  reading.at += 1;
  if (level?.kind === 'array') level.index += 1;
  reading.expects = level?.kind === 'array' ? 'value' : 'name';
  return null;
};

const orEnd =
  (sign: string, kind: Level['kind'], otherwise: Step): Step =>
  (reading) =>
    reading.text[reading.at] === sign ? close(kind)(reading) : otherwise(reading);

const orComma =
  (sign: string, otherwise: Step): Step =>
  (reading) =>
    reading.text[reading.at] === sign ? 'comma' : otherwise(reading);

const inArray = ({ levels }: Reading): boolean => levels.at(-1)?.kind === 'array';

const STEPS: Record<Expected, Step> = {
  value: (reading) => (inArray(reading) ? orComma(']', readValue) : readValue)(reading),
  'value-or-end': orEnd(']', 'array', readValue),
  name: orComma('}', readName),
  'name-or-end': orEnd('}', 'object', readName),
  colon: readColon,
  comma: readComma,
};
