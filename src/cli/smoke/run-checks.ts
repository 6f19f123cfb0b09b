import { describeFault } from '../../errors/errors.ts';
import { CommandError } from '../shared/command-error.ts';
import { textTable } from '../shared/text-table.ts';
import { type Check, failed, type Result, type World } from './check.ts';
import { DELIVERY_CHECKS } from './delivery-checks.ts';
import { OPEN_CHECKS } from './open-checks.ts';
import { PROCESSING_CHECKS } from './processing-checks.ts';
import { READ_CHECKS } from './read-checks.ts';
import { SIZE_CHECKS } from './size-checks.ts';
import { checkThrottling } from './throttling-check.ts';

/** All checks, in an order in which each finds what it needs. The burst comes last: it slows what follows. */
export const CHECKS: readonly Check[] = [
  ...OPEN_CHECKS,
  ...SIZE_CHECKS,
  ...DELIVERY_CHECKS,
  ...READ_CHECKS,
  ...PROCESSING_CHECKS,
  checkThrottling,
];

export type Outcome = Result & { name: string };

const runOne = async ({ name, run }: Check, world: World): Promise<Outcome> => {
  try {
    return { name, ...(await run(world)) };
  } catch (fault) {
    return { name, ...failed(fault instanceof CommandError ? fault.message : describeFault(fault)) };
  }
};

/** Runs them one after the other; one that fails stops none of the others. */
export const runChecks = async (
  checks: readonly Check[],
  world: World,
  step: () => void,
): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const check of checks) {
    outcomes.push(await runOne(check, world));
    step();
  }
  return outcomes;
};

const count = (outcomes: readonly Outcome[], state: Result['state']): string =>
  `${outcomes.filter((outcome) => outcome.state === state).length} ${state}`;

/** A line for each check, and how many came out how. */
export const report = (outcomes: readonly Outcome[]): string =>
  [
    textTable(
      ['check', 'result', 'seen'],
      outcomes.map(({ name, state, seen }) => [name, state, seen]),
    ),
    '',
    [count(outcomes, 'ok'), count(outcomes, 'failed'), count(outcomes, 'skipped')].join(', '),
  ].join('\n');
