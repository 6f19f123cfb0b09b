/** What steps that change something work with, beside the API. */
export type Tools = {
  /** Resolves to true only when the user agreed, or gave `--yes`. */
  ask(question: string): Promise<boolean>;
  say(text: string): void;
};

/** A body's fields without those that were not given. */
export const withoutUndefined = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
