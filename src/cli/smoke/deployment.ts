import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { isSafeUrl } from '../../domain/safe-url.ts';
import { regionOf } from '../rotate-secret/secret-store.ts';
import { UsageError } from '../shared/command.ts';
import { type Outputs, outputsOf, stackOf } from '../shared/outputs.ts';

export type DeploymentFlags = {
  stage: string;
  outputs?: string;
  url?: string;
  secretId?: string;
  bucket?: string;
  table?: string;
};

/** What was deployed; null for what is unknown. */
export type Deployment = {
  /** `JiraWebhookSync-dev`. */
  stack: string;
  /** Scheme and host; every request goes to a path below. */
  url: URL;
  secret_id: string;
  bucket: string | null;
  table: string | null;
};

/**
 * The deployment to test: the outputs of the stage's stack, each replaced by its flag. With `--url` and `--secret-id`
 * no file is needed.
 * @throws UsageError when something is missing or wrong
 */
export const findDeployment = (flags: DeploymentFlags): Deployment => {
  const isNamed = flags.outputs === undefined && flags.url !== undefined && flags.secretId !== undefined;
  const outputs: Outputs = isNamed ? {} : outputsOf(flags);
  return {
    stack: stackOf(flags.stage),
    url: readUrl(required(flags.url ?? outputs.ApiUrl, 'address')),
    secret_id: required(flags.secretId ?? outputs.SecretArn, 'secret'),
    bucket: flags.bucket ?? outputs.ArtifactsBucket ?? null,
    table: flags.table ?? outputs.TableName ?? null,
  };
};

/** Requires TLS, since secrets and signatures are sent there; only this machine may use http, to try things. */
const readUrl = (text: string): URL => {
  const url = URL.parse(text);
  if (isSafeUrl(url)) return new URL(url.origin);
  throw new UsageError(`${text} is not an https URL`);
};

const required = (value: string | undefined, what: string): string => {
  if (!value) throw new UsageError(`The ${what} is unknown: give --outputs, or --url and --secret-id`);
  return value;
};

/** The region of the deployment: from its secret's ARN, else the caller's region. @throws UsageError */
export const findRegion = async ({ secret_id }: Deployment): Promise<string> => {
  const { region } = regionOf(secret_id);
  try {
    return region ?? (await new SecretsManagerClient().config.region());
  } catch {
    throw new UsageError('The region is unknown: give --secret-id as an ARN, or set AWS_REGION');
  }
};
