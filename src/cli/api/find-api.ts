import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { isSafeUrl } from '../../domain/safe-url.ts';
import { isTenant } from '../../domain/tenant.ts';
import { readInstance } from '../../local/instance.ts';
import { regionOf } from '../rotate-secret/secret-store.ts';
import { CommandError, UsageError } from '../shared/command.ts';
import { OUTPUTS_FILE, type Outputs, outputsOf } from '../shared/outputs.ts';
import { openSigner } from '../shared/signer.ts';
import { type ManageApi, openApi } from './api.ts';

export type PlaceFlags = {
  tenant?: string;
  stage?: string;
  outputs?: string;
  /** The API's address, in commands that take no other URL. */
  url?: string;
  /** The same, in commands whose `--url` is that of a target. */
  api?: string;
  instanceFile: string;
};

const NOTHING_RUNS = `No instance is running on this machine: start one with npm start, or name a deployment:
  --stage STAGE (from ${OUTPUTS_FILE}), or its address`;

/**
 * The API of the running instance, with its token, or of a deployment, signed with the caller's AWS credentials. The
 * token is sent only to the instance whose record holds it.
 * @throws UsageError or CommandError when something is missing or wrong
 */
export const findApi = async (flags: PlaceFlags): Promise<ManageApi> => {
  const instance = flags.stage === undefined ? readInstance(flags.instanceFile) : null;
  const outputs = outputsOf(flags);
  const address = flags.api ?? flags.url ?? outputs.ApiUrl ?? instance?.url;
  if (address === undefined) throw new CommandError(NOTHING_RUNS);
  const url = readUrl(address);
  const place = { url, tenant: readTenant(flags.tenant), flags: namedBy(flags) };
  if (instance !== null && new URL(instance.url).origin === url.origin)
    return openApi({ ...place, prove: async () => ({ authorization: `Bearer ${instance.manage_token}` }) });
  return openApi({ ...place, prove: openSigner({ region: await findRegion(url, outputs) }) });
};

const namedBy = ({ stage, outputs, url, api }: PlaceFlags): string[] =>
  Object.entries({ stage, outputs, url, api }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );

/** Requires https, or this machine: credentials and secrets are sent there. */
const readUrl = (text: string): URL => {
  const url = URL.parse(text);
  if (isSafeUrl(url)) return new URL(url.origin);
  throw new UsageError(`${text} is not an https URL`);
};

const readTenant = (text: string | undefined): string | null => {
  if (text === undefined) return null;
  if (isTenant(text)) return text;
  throw new UsageError('--tenant must be 1 to 64 of a-z 0-9 -');
};

/** From the ARN of the secret, else from the host name of API Gateway, else the caller's region. @throws UsageError */
const findRegion = async ({ hostname }: URL, { SecretArn = '' }: Outputs): Promise<string> => {
  const named = regionOf(SecretArn).region ?? /\.execute-api\.([a-z0-9-]+)\.amazonaws\./.exec(hostname)?.[1];
  try {
    return named ?? (await new SecretsManagerClient().config.region());
  } catch {
    throw new UsageError('The region is unknown: set AWS_REGION to that of the deployment');
  }
};
