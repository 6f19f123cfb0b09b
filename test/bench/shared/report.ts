import Table from 'cli-table3';
import type { Goal } from './section.ts';

/** A table without colours under a line that says what it shows; the first column holds names. */
export const printTable = (title: string, head: string[], rows: string[][]): void => {
  const colAligns = head.map((_, column) => (column === 0 ? ('left' as const) : ('right' as const)));
  const table = new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
  table.push(...rows);
  console.log(`${title}\n${table.toString()}`);
};

export const printGoals = (goals: Goal[]): void => {
  const rows = goals.map(({ figure, goal, measured, met }) => [
    figure,
    goal,
    measured,
    met ? 'met' : 'not met',
  ]);
  printTable('\nGoals', ['figure', 'goal', 'measured', ''], rows);
};
