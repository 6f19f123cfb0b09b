/** The kind of error at the place where a text stops being valid JSON. */
export type Fault =
  | 'quote'
  | 'no-comma'
  | 'no-comma-or-quote'
  | 'comma-too-many'
  | 'thousands'
  | 'no-colon'
  | 'no-object'
  | 'deep'
  | 'doubled'
  | 'missing'
  | 'comma'
  | 'unquoted'
  | 'smart-value'
  | 'quotes'
  | 'backslash'
  | 'name'
  | 'ends'
  | 'behind';

/** The value just read. `end`: where it ends. */
export type Last = { kind: 'string' | 'empty' | 'number' | 'other'; end: number };

/** The error after a value: a comma is missing, or the value ended too early. */
export const behindValue = (text: string, at: number, last: Last | null): Fault => {
  const between = text.slice(last?.end ?? at, at);
  const begins = /["{[]/.test(text[at] ?? '');
  if (!isString(last)) return begins ? 'no-comma' : 'unquoted';
  if (begins && between.includes('\n')) return 'no-comma';
  if (begins && between !== '') return 'no-comma-or-quote';
  return last?.kind === 'empty' && between === '' ? 'doubled' : 'quote';
};

/** The error where a name is expected. Digits directly after a number and a comma are the rest of that number. */
export const noName = (found: string, at: number, last: Last | null): Fault => {
  if (found === ',') return 'comma-too-many';
  if (/\d/.test(found) && last?.kind === 'number' && at === last.end + 1) return 'thousands';
  return isOtherQuote(found) ? 'quotes' : 'name';
};

/** True if an apparent name without a colon may be the rest of the string before it. */
export const isRestOfString = (found: string, last: Last | null): boolean =>
  isString(last) && !BEGINS.test(found);

/** The first character of a value. */
const BEGINS = /["{[\dtfn-]/;

const isString = (last: Last | null): boolean => last?.kind === 'string' || last?.kind === 'empty';

/** True for a quotation mark that JSON does not accept. */
export const isOtherQuote = (found: string): boolean => OTHER_QUOTES.has(found);

const OTHER_QUOTES = new Set(["'", '\u201c', '\u201d', '\u201e', '\u2018', '\u2019']);
