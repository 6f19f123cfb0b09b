/** More than so many wrong letters are another word. */
const MOST_WRONG = 3;

/** The name that a wrong one was probably meant to be, in whatever case and with whatever between its words. */
export const nearestName = (wrong: string, names: readonly string[]): string | null => {
  const letters = wrong.toLowerCase().replaceAll(/[^a-z]/g, '');
  const far = (name: string) => distance(letters, name.toLowerCase());
  const [nearest] = names.toSorted((a, b) => far(a) - far(b));
  return nearest !== undefined && far(nearest) <= MOST_WRONG ? nearest : null;
};

/** How many letters to add, leave out or change to make one text the other (Levenshtein). */
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
