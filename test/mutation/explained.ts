import type { Survivor } from './report.ts';

/** Changes that no test can notice, and why. `code`: a part of the line; `replacement`: all of it, or any. */
type Explanation = { file: string; code: string; replacement?: string; why: string };

const NO_KEY = 'the other text names no key either';
const EQUAL = 'what compares equal here is equal in everything, so either will do';

const EXPLAINED: Explanation[] = [
  {
    file: 'src/correlate/commit-state.ts',
    code: "branch ?? ''",
    replacement: '"Stryker was here!"',
    why: NO_KEY,
  },
  {
    file: 'src/correlate/pull-request-state.ts',
    code: "branch ?? ''",
    replacement: '"Stryker was here!"',
    why: NO_KEY,
  },
  {
    file: 'src/correlate/commit-state.ts',
    code: 'detailsText(a) >= detailsText(b)',
    replacement: 'detailsText(a) > detailsText(b)',
    why: EQUAL,
  },
  {
    file: 'src/correlate/commit-state.ts',
    code: 'JSON.stringify(a.keys) >= JSON.stringify(b.keys)',
    replacement: 'JSON.stringify(a.keys) > JSON.stringify(b.keys)',
    why: EQUAL,
  },
  {
    file: 'src/correlate/pull-request-state.ts',
    code: 'textOf(a) >= textOf(b)',
    replacement: 'textOf(a) > textOf(b)',
    why: EQUAL,
  },
  {
    file: 'src/correlate/commit-state.ts',
    code: 'a.updated_ms !== b.updated_ms',
    replacement: 'a.updated_ms >= b.updated_ms',
    why: 'they are not equal here',
  },
  {
    file: 'src/correlate/pull-request-state.ts',
    code: 'a.updated_ms !== b.updated_ms',
    replacement: 'a.updated_ms >= b.updated_ms',
    why: 'they are not equal here',
  },
  {
    file: 'src/correlate/order.ts',
    code: 'a === b ? 0',
    replacement: 'a <= b',
    why: 'they are not equal here',
  },
  {
    file: 'src/correlate/title.ts',
    code: "[line = '']",
    why: 'a split text has at least one part; the default only tells the compiler so',
  },
  {
    file: 'src/correlate/title.ts',
    code: 'line.slice(0, 2 * MOST_CODE_POINTS)',
    replacement: 'line',
    why: 'it only bounds the work of what is cut afterwards',
  },
  {
    file: 'src/correlate/find-keys.ts',
    code: 'branch.replace(/[a-z]+/g',
    replacement: '/[a-z]/g',
    why: 'letter by letter is the same',
  },
];

export const isExplained = ({ file, code, replacement }: Survivor): boolean =>
  EXPLAINED.some(
    (one) =>
      file === one.file &&
      code.includes(one.code) &&
      (one.replacement === undefined || one.replacement === replacement),
  );
