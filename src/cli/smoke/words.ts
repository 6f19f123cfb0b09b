import type { World } from './check.ts';
import type { Deployment } from './deployment.ts';
import { TEST_ISSUE_ID, TEST_ISSUE_KEY } from './test-issue.ts';
import { BURST } from './throttling-check.ts';

/** What is going to happen, before anybody agrees to it. */
export const describePlan = ({ stack, url }: Deployment, burst: boolean): string =>
  [
    `Smoke test of ${stack} at ${url.origin}. It`,
    `  - delivers the test issue ${TEST_ISSUE_KEY} (id ${TEST_ISSUE_ID}): a snapshot, an event and a run document`,
    '  - sends bodies that are too large: the alarm TooLarge goes off, so expect its e-mail',
    ...(burst
      ? [`  - sends ${BURST} requests at once: the alarm GatewayThrottled goes off, so expect its e-mail`]
      : []),
  ].join('\n');

/** Who asks, and where. */
export type Caller = { region: string; profile: string | undefined };

const eraseCommand = ({ bucket, table }: Deployment, { region, profile }: Caller): string => {
  const who = `${profile ? `AWS_PROFILE=${profile} ` : ''}AWS_REGION=${region}`;
  return `${who} ARTIFACTS_BUCKET=${bucket ?? 'BUCKET'} npm run erase -- --issue ${TEST_ISSUE_ID} --table ${table ?? 'TABLE'}`;
};

/** What is left to do by hand; null when nothing was written. */
export const describeRest = (
  { taken }: Pick<World, 'taken'>,
  deployment: Deployment,
  caller: Caller,
): string | null =>
  taken &&
  `No answer tells which address the gateway saw: look it up in its access log, where the request of
signed-delivery must have your own as source_ip.
To remove the test issue:
  ${eraseCommand(deployment, caller)}`;
