const MOST_CODE_POINTS = 1_000;

/** The first line that holds anything, trimmed, at most 1,000 code points. */
export const titleOf = (text: string): string => {
  const [line = ''] = text.trimStart().split(/[\r\n]/, 1);
  return Array.from(line.slice(0, 2 * MOST_CODE_POINTS))
    .slice(0, MOST_CODE_POINTS)
    .join('')
    .trimEnd();
};
