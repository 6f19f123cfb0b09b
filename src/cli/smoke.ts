import { DEFAULT_TENANT } from '../domain/tenant.ts';
import { mainName } from '../verify/secret-document.ts';
import { signingKeys } from './rotate-secret/keys.ts';
import { openSecretStore } from './rotate-secret/secret-store.ts';
import { CommandError, newCommand, runCommand, wholeNumber } from './shared/command.ts';
import { OUTPUTS_FILE } from './shared/outputs.ts';
import { openSigner } from './shared/signer.ts';
import { confirm, showProgress } from './shared/terminal.ts';
import { openApi } from './smoke/api.ts';
import type { World } from './smoke/check.ts';
import { type Deployment, type DeploymentFlags, findDeployment, findRegion } from './smoke/deployment.ts';
import { BURST } from './smoke/open-checks.ts';
import { openRunDocuments } from './smoke/processing-checks.ts';
import { CHECKS, describePlan, describeRest, report, runChecks } from './smoke/run-checks.ts';

/** The owner of the run documents that a deployment writes. */
const HOME = { tenant: DEFAULT_TENANT, home: DEFAULT_TENANT };

type Options = DeploymentFlags & {
  profile?: string;
  readerProfile?: string;
  wait: number;
  burst?: true;
  yes?: true;
};

const command = newCommand('smoke', 'Checks a deployment on AWS for what no local test can show.')
  .option('--stage <stage>', 'deployment to check', 'dev')
  .option(
    '--outputs <file>',
    `outputs of the deployment, from cdk deploy --outputs-file (default: ${OUTPUTS_FILE})`,
  )
  .option('--url <address>', 'replaces the output ApiUrl')
  .option('--secret-id <id>', 'ARN or name of the secret; replaces SecretArn')
  .option('--bucket <name>', 'replaces ArtifactsBucket')
  .option('--table <name>', 'replaces TableName, which only the closing message names')
  .option('--profile <name>', 'AWS profile, as AWS_PROFILE')
  .option(
    '--reader-profile <name>',
    'AWS profile of a caller with the policy for readers of default, who must be refused the rest',
  )
  .option('--wait <seconds>', 'how long to wait for processing', wholeNumber(1, 600), 60)
  .option('--burst', `sends ${BURST} requests at once, to check throttling`)
  .option('--yes', 'do not ask for confirmation')
  .addHelpText(
    'after',
    `
Accesses only the API, the secret and the bucket of the deployment, and asks before it writes its test issue. Your AWS
credentials need secretsmanager:GetSecretValue on the secret, execute-api:Invoke on the API, and s3:ListBucket and
s3:GetObject on the bucket's artifacts/issues/*. The secret is never shown.`,
  );

const readSecret = async (secretId: string): Promise<Uint8Array> => {
  const store = await openSecretStore(secretId, process.env);
  const main = signingKeys(await store.read(), 'jira', 0).find(({ name }) => name === mainName('jira'));
  if (!main) throw new CommandError(`The secret has no ${mainName('jira')}, or it is empty or not valid.`);
  return main.key;
};

const openWorld = (
  { url, secret_id, bucket }: Deployment,
  region: string,
  { wait, burst, readerProfile }: Options,
): World => ({
  api: openApi(url, openSigner({ region })),
  reader: readerProfile === undefined ? null : openApi(url, openSigner({ region, profile: readerProfile })),
  readSecret: () => readSecret(secret_id),
  documents: bucket === null ? null : openRunDocuments({ bucket, owner: HOME }, { region }),
  wait_seconds: wait,
  burst: burst === true,
  taken: null,
});

await runCommand(command, async () => {
  const options = command.opts<Options>();
  const deployment = findDeployment(options);
  if (options.profile) process.env.AWS_PROFILE = options.profile;
  const region = await findRegion(deployment);
  console.error(describePlan(deployment, options.burst === true));
  if (!(await confirm('Continue?', options.yes === true))) return 1;
  const world = openWorld(deployment, region, options);
  const progress = showProgress('checking', CHECKS.length);
  const outcomes = await runChecks(CHECKS, world, progress.step).finally(progress.stop);
  console.log(report(outcomes));
  const rest = describeRest(world, deployment, { region, profile: options.profile });
  if (rest) console.log(`\n${rest}`);
  return outcomes.some(({ state }) => state === 'failed') ? 1 : 0;
});
