import { describeFault } from '../../errors/errors.ts';
import { CommandError } from '../shared/command.ts';
import { textTable } from '../shared/tables.ts';
import { type Check, failed, type Result, type World } from './check.ts';
import { DELIVERY_CHECKS, TEST_ISSUE_ID, TEST_ISSUE_KEY } from './delivery-checks.ts';
import type { Deployment } from './deployment.ts';
import { BURST, checkThrottling, OPEN_CHECKS, SIZE_CHECKS } from './open-checks.ts';
import { PROCESSING_CHECKS } from './processing-checks.ts';
import { READ_CHECKS } from './read-checks.ts';
import { TENANT_CHECKS } from './tenant-checks.ts';

/** All checks, each after those it depends on. The burst is last, as it slows down what follows. */
export const CHECKS: readonly Check[] = [
  ...OPEN_CHECKS,
  ...SIZE_CHECKS,
  ...DELIVERY_CHECKS,
  ...READ_CHECKS,
  ...TENANT_CHECKS,
  ...PROCESSING_CHECKS,
  checkThrottling,
];

export type Outcome = Result & { name: string };

/** Runs the checks one after the other; a failure does not stop the others. */
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

const runOne = async ({ name, run }: Check, world: World): Promise<Outcome> => {
  try {
    return { name, ...(await run(world)) };
  } catch (fault) {
    return { name, ...failed(fault instanceof CommandError ? fault.message : describeFault(fault)) };
  }
};

/** One line per check, and the number of each result. */
export const report = (outcomes: readonly Outcome[]): string =>
  [
    textTable(
      ['check', 'result', 'seen'],
      outcomes.map(({ name, state, seen }) => [name, state, seen]),
    ),
    '',
    [count(outcomes, 'ok'), count(outcomes, 'failed'), count(outcomes, 'skipped')].join(', '),
  ].join('\n');

const count = (outcomes: readonly Outcome[], state: Result['state']): string =>
  `${outcomes.filter((outcome) => outcome.state === state).length} ${state}`;

/** The AWS profile and region of the caller. */
export type Caller = { region: string; profile: string | undefined };

/** What the command is going to do, for the user to confirm. */
export const describePlan = ({ stack, url }: Deployment, burst: boolean): string =>
  [
    `Smoke test of ${stack} at ${url.origin}. It`,
    `  - delivers the test issue ${TEST_ISSUE_KEY} (id ${TEST_ISSUE_ID}): a snapshot, an event and a run document`,
    '  - sends bodies that are too large: the alarm TooLarge goes off, so expect its e-mail',
    ...(burst
      ? [`  - sends ${BURST} requests at once: the alarm GatewayThrottled goes off, so expect its e-mail`]
      : []),
  ].join('\n');

/** What is left to do by hand; null if nothing was written. */
export const describeRest = (
  { taken }: Pick<World, 'taken'>,
  deployment: Deployment,
  caller: Caller,
): string | null =>
  taken &&
  `No answer shows which client address the gateway saw: check in its access log that the request of
signed-delivery has your own address as source_ip.
To remove the test issue:
  ${eraseCommand(deployment, caller)}`;

const eraseCommand = ({ bucket, table }: Deployment, { region, profile }: Caller): string => {
  const who = `${profile ? `AWS_PROFILE=${profile} ` : ''}AWS_REGION=${region}`;
  return `${who} ARTIFACTS_BUCKET=${bucket ?? 'BUCKET'} npm run erase -- --issue ${TEST_ISSUE_ID} --table ${table ?? 'TABLE'}`;
};
