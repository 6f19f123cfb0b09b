import Table from 'cli-table3';

export type Options = {
  /** Fewer and shorter rounds: shows that everything runs, the figures are rough. */
  short: boolean;
  /** The folder of deliveries. */
  folder: string;
};

/** One figure of the budget, as measured in this run. */
export type Goal = { figure: string; goal: string; measured: string; met: boolean };

/**
 * Measures, prints its tables and answers how its goals stand. What it starts it puts on `owned`, which is
 * disposed of when it is done, when it fails, and on a signal.
 */
export type Section = (options: Options, owned: AsyncDisposableStack) => Promise<Goal[]>;

/** What `--only` takes, in the order of a whole run. */
export const SECTION_NAMES = [
  'wu',
  'cpu',
  'http',
  'connections',
  'cold',
  'correlation',
  'executions',
  'inputs',
  'reconcile',
  'memory',
] as const;

export type SectionName = (typeof SECTION_NAMES)[number];

/** A goal of the form "at most" or "at least". */
export const judge = (figure: string, measured: number, rule: '<=' | '>=', limit: number): Goal => ({
  figure,
  goal: `${rule} ${limit}`,
  measured: measured.toFixed(2),
  met: rule === '<=' ? measured <= limit : measured >= limit,
});

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
