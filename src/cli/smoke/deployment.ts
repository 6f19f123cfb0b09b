import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { regionOf } from '../rotate-secret/secret-store.ts';
import { UsageError } from '../shared/command-error.ts';
import { type Outputs, readOutputs } from './outputs-file.ts';

export type DeploymentFlags = {
  stage: string;
  outputs?: string;
  url?: string;
  secretId?: string;
  bucket?: string;
  table?: string;
};

/** What was deployed; null where nobody says. */
export type Deployment = {
  /** `JiraWebhookSync-dev`. */
  stack: string;
  /** Scheme and host; everything that is asked lies below. */
  url: URL;
  secret_id: string;
  bucket: string | null;
  table: string | null;
};

const LOOPBACK = /^(127\.[\d.]+|localhost|\[::1\])$/;

/** Secrets and signatures go there, so it must be TLS; only this machine itself may do without, to try things. */
const readUrl = (text: string): URL => {
  const url = URL.parse(text);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname)))
    return new URL(url.origin);
  throw new UsageError(`${text} is no https address`);
};

const required = (value: string | undefined, what: string): string => {
  if (!value)
    throw new UsageError(`Nothing says what the ${what} is: give --outputs, or --url and --secret-id`);
  return value;
};

/**
 * What to test: the outputs of the stack of the stage, each replaced by its flag. With `--url` and `--secret-id`
 * no file is needed.
 * @throws UsageError when something is missing or wrong
 */
export const findDeployment = (flags: DeploymentFlags): Deployment => {
  const stack = `JiraWebhookSync-${flags.stage}`;
  const isNamed = flags.outputs === undefined && flags.url !== undefined && flags.secretId !== undefined;
  const outputs: Outputs = isNamed ? {} : readOutputs(flags.outputs, stack);
  return {
    stack,
    url: readUrl(required(flags.url ?? outputs.ApiUrl, 'address')),
    secret_id: required(flags.secretId ?? outputs.SecretArn, 'secret'),
    bucket: flags.bucket ?? outputs.ArtifactsBucket ?? null,
    table: flags.table ?? outputs.TableName ?? null,
  };
};

/** Where it was deployed to: its secret's ARN says so, else it is the region of the caller. @throws UsageError */
export const findRegion = async ({ secret_id }: Deployment): Promise<string> => {
  const { region } = regionOf(secret_id);
  try {
    return region ?? (await new SecretsManagerClient().config.region());
  } catch {
    throw new UsageError('Nothing says which region: give --secret-id as an ARN, or set AWS_REGION');
  }
};
