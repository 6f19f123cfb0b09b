import { UsageError } from './command.ts';

/** Which argument and options each step of a command takes. */
export type StepRules<Step extends string> = {
  /** What a step acts on, and how that is named: `connection`, `its id or its name`. */
  thing: string;
  named_by: string;
  /** Steps that take no such argument. */
  without: readonly Step[];
  /** Steps for which the argument is optional. */
  optional: readonly Step[];
  /** Options that only these steps take, by commander's names. */
  only_for: Readonly<Record<string, readonly Step[]>>;
};

/**
 * @param named the thing, as it was typed
 * @param isGiven whether an option was typed
 * @throws UsageError for an argument or option that the step does not take, or an argument that it needs
 */
export const checkUsage = <Step extends string>(
  { thing, named_by, without, optional, only_for }: StepRules<Step>,
  step: Step,
  named: string | undefined,
  isGiven: (option: string) => boolean,
): void => {
  if (named !== undefined && without.includes(step)) throw new UsageError(`${step} takes no ${thing}`);
  if (named === undefined && ![...without, ...optional].includes(step))
    throw new UsageError(`${step} needs ${/^[aeiou]/.test(thing) ? 'an' : 'a'} ${thing}: ${named_by}`);
  for (const [option, steps] of Object.entries(only_for))
    if (isGiven(option) && !steps.includes(step))
      throw new UsageError(`${flagOf(option)} is for ${steps.join(' and ')} only`);
};

const flagOf = (option: string): string =>
  `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
