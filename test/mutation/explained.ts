import type { Survivor } from './report.ts';

/** Changes that no test can notice, and why. `code`: a part of the line; `replacement`: all of it, or any. */
type Explanation = { file: string; code: string; replacement?: string; why: string };

const EXPLAINED: Explanation[] = [];

export const isExplained = ({ file, code, replacement }: Survivor): boolean =>
  EXPLAINED.some(
    (one) =>
      file === one.file &&
      code.includes(one.code) &&
      (one.replacement === undefined || one.replacement === replacement),
  );
