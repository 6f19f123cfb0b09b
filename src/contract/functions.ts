/** The Lambda functions: each is `src/entries/<name>.ts`, and becomes one folder to zip with `index.handler`. */
export const FUNCTIONS = ['ingest', 'read', 'correlate', 'sweep'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** How often the sweep runs. */
export const SWEEP_MINUTES = 15;
