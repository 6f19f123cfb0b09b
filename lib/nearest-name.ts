/** With more wrong letters than this, it is a different word. */
const MOST_WRONG = 3;

/** The name that a wrong one probably stands for, ignoring case and characters between words; else null. */
export const nearestName = (wrong: string, names: readonly string[]): string | null => {
  const letters = wrong.toLowerCase().replaceAll(/[^a-z]/g, '');
  const far = (name: string) => distance(letters, name.toLowerCase());
  const [nearest] = names.toSorted((a, b) => far(a) - far(b));
  return nearest !== undefined && far(nearest) <= MOST_WRONG ? nearest : null;
};

/** The Levenshtein distance. */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const above = row;
    row = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const changed = (above[column] ?? 0) + (letter === other ? 0 : 1);
      row.push(Math.min(changed, (above[column + 1] ?? 0) + 1, (row[column] ?? 0) + 1));
    }
  }
  return row.at(-1) ?? 0;
};
