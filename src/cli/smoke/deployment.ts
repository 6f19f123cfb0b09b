import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { isSafeUrl } from '../../domain/safe-url.ts';
import { PROJECT_FOLDER } from '../../local/project.ts';
import { faultCode } from '../../local/start-error.ts';
import { regionOf } from '../rotate-secret/secret-store.ts';
import { UsageError } from '../shared/command.ts';
import { typedPath } from '../shared/terminal.ts';

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

/** Where `npm run deploy` writes the outputs of the stack. */
export const OUTPUTS_FILE = '.local/outputs.json';

/** The outputs of one stack. */
export type Outputs = Readonly<Record<string, string>>;

/** What `cdk deploy --outputs-file` writes: outputs by stack. */
const file = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * The outputs of a stack.
 * @param given default: `OUTPUTS_FILE`
 * @throws UsageError when the file cannot be used or has no such stack
 */
export const readOutputs = (given: string | undefined, stack: string): Outputs => {
  const path = pathOf(given);
  const stacks = parse(path);
  const outputs = stacks[stack];
  if (outputs) return outputs;
  const known = Object.keys(stacks).join(', ') || 'none';
  throw new UsageError(
    `${path} has no outputs of ${stack} (it has: ${known}): deploy that stage, or name it with --stage`,
  );
};

const pathOf = (given: string | undefined): string =>
  given === undefined ? join(PROJECT_FOLDER, OUTPUTS_FILE) : typedPath(given);

const parse = (path: string): z.output<typeof file> => {
  const text = readText(path);
  try {
    return file.parse(JSON.parse(text));
  } catch {
    throw new UsageError(`${path} is not an outputs file of cdk deploy --outputs-file`);
  }
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (fault) {
    throw new UsageError(`${path} cannot be read (${faultCode(fault)}). npm run deploy writes ${OUTPUTS_FILE};
name another file with --outputs, or give what it would say (--help shows the options)`);
  }
};
