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
] as const;

export type SectionName = (typeof SECTION_NAMES)[number];

/** A goal of the form "at most" or "at least". */
export const judge = (figure: string, measured: number, rule: '<=' | '>=', limit: number): Goal => ({
  figure,
  goal: `${rule} ${limit}`,
  measured: measured.toFixed(2),
  met: rule === '<=' ? measured <= limit : measured >= limit,
});
