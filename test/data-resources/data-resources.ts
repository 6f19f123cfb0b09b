import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { CommandError, newCommand, runCommand, UsageError } from '../../src/cli/shared/command.ts';
import { confirm } from '../../src/cli/shared/terminal.ts';
import { PROJECT_FOLDER } from '../../src/local/project.ts';
import { faultCode } from '../../src/local/start-error.ts';
import { checkBucket, checkTable } from './check-table.ts';
import { generatedSecret, readTemplate, type Template } from './data-template.ts';
import { describeFinding, type Finding } from './findings.ts';
import { clientConfig, makeStack } from './make-stack.ts';
import { makeSecret, tryInstance } from './try-instance.ts';

const TEMPLATE = join(PROJECT_FOLDER, 'cdk.out/JiraWebhookSync-dev.template.json');
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

const command = newCommand(
  'data-resources',
  'Creates the data resources of the synthesized template on an AWS-compatible endpoint, checks what came up, sends one delivery through it, and takes all of it away.',
)
  .requiredOption('--endpoint <url>', 'where the services answer, such as http://127.0.0.1:5000')
  .option('--template <file>', 'default: what npm run synth wrote for stage dev', TEMPLATE)
  .option('--yes', 'do not ask before something is created on another machine', false);

type Flags = { endpoint: string; template: string; yes: boolean };

const templateOf = ({ template }: Flags): Template => {
  try {
    return readTemplate(readFileSync(template, 'utf8'));
  } catch (fault) {
    throw new UsageError(`${template} cannot be used (${faultCode(fault)}): run npm run synth first`);
  }
};

const isLocal = (endpoint: string): boolean => {
  const { hostname } = URL.parse(endpoint) ?? {};
  if (hostname === undefined) throw new UsageError(`--endpoint must be an address: ${endpoint} is none`);
  return LOOPBACK.includes(hostname);
};

const physicalId = (physical: Map<string, string>, logicalId: string): string => {
  const id = physical.get(logicalId);
  if (!id) throw new CommandError(`${logicalId} was not created`);
  return id;
};

/** Everything that is found, and nothing left behind. */
const lookAtAll = async (endpoint: string, template: Template): Promise<Finding[]> => {
  await using owned = new AsyncDisposableStack();
  const stack = await makeStack(endpoint, template, `data-resources-${Date.now()}`);
  owned.defer(stack.remove);
  const { GenerateStringKey, PasswordLength } = generatedSecret(template) ?? {
    GenerateStringKey: 'jira_webhook_secret',
    PasswordLength: 64,
  };
  const secret = await makeSecret(endpoint, GenerateStringKey, PasswordLength);
  owned.defer(secret.remove);
  const [tableName, bucketName] = ['EventTable', 'ArtifactBucket'].map((id) =>
    physicalId(stack.physical, id),
  );
  if (tableName === undefined || bucketName === undefined) throw new CommandError('nothing was created');
  const s3 = new S3Client({ ...clientConfig(endpoint), forcePathStyle: true });
  const list = async (): Promise<string[]> => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucketName }));
    return Contents.map(({ Key = '' }) => Key);
  };
  return [
    ...(await checkTable(new DynamoDBClient(clientConfig(endpoint)), tableName)),
    ...(await checkBucket(s3, bucketName)),
    ...(await tryInstance({ endpoint, tableName, bucketName, secret }, list)),
  ];
};

await runCommand(command, async () => {
  const flags = command.opts<Flags>();
  const template = templateOf(flags);
  const ask = `Creates a table, a bucket, a topic, a key and a secret at ${flags.endpoint}. Go on?`;
  if (!(await confirm(ask, flags.yes || isLocal(flags.endpoint)))) return 1;
  // The SDK reads these two itself: the artifact store has no setting for them.
  process.env.AWS_ENDPOINT_URL_S3 = flags.endpoint;
  process.env.AWS_REGION ??= 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID ??= 'local';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'local';
  const findings = await lookAtAll(flags.endpoint, template).catch((fault) => {
    if (fault instanceof CommandError) throw fault;
    throw new CommandError(`${flags.endpoint} did not do what was asked (${faultCode(fault)})`);
  });
  for (const finding of findings) console.log(describeFinding(finding));
  return findings.some(({ state }) => state === 'wrong') ? 1 : 0;
});
