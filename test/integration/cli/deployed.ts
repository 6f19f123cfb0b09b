import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SECRET } from '../../support/app.ts';
import { startGateway } from '../../support/gateway.ts';
import { ARN } from '../../support/rotation.ts';
import { startS3 } from '../../support/s3.ts';
import { startSecretsManager } from '../../support/secrets-manager.ts';
import { startServer, temporaryFolder } from '../../support/server-process.ts';

export const BUCKET = 'artifacts-of-the-tests';

/** The keys of two callers whom the gateway lets in. */
const CALLERS = { AKIDEXAMPLE: 'example', AKIDOPS: 'the-key-of-ops' };

const REGION = { AWS_REGION: 'eu-central-1' };
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: CALLERS.AKIDEXAMPLE };

/** A whole instance behind a gateway, with a secret store and a bucket: what a deployment is to who uses it. */
export const startDeployed = async () => {
  const folder = await temporaryFolder();
  const s3 = await startS3(BUCKET);
  const secrets = await startSecretsManager(ARN);
  const endpoints = {
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
  };
  const { AWS_ENDPOINT_URL_S3 } = endpoints;
  const env = { ...REGION, ...KEYS, AWS_ENDPOINT_URL_S3, ARTIFACTS_BUCKET: BUCKET, TABLE_NAME: 'deployed' };
  const server = await startServer(folder.path, env);
  const gateway = await startGateway(server.url, CALLERS);
  const fresh = { tamper: gateway.tamper, policy: gateway.policy, guards: true, decodes: false };
  const reset = (): void => {
    Object.assign(gateway, { ...fresh, requests: [], burst: Number.POSITIVE_INFINITY });
    secrets.put(JSON.stringify({ jira_webhook_secret: SECRET }), Date.now());
    secrets.heal();
    s3.heal();
  };
  reset();
  return {
    ...{ folder: folder.path, s3, secrets, server, gateway, reset },
    /** Where the stand-ins are, without any credentials. */
    endpoints: { ...REGION, ...endpoints },
    /** The same with credentials. */
    env: { ...REGION, ...KEYS, ...endpoints },
    readRecord: async (): Promise<{ dynamodb_endpoint: string }> =>
      JSON.parse(await readFile(join(folder.path, 'instance.json'), 'utf8')),
    stop: async (): Promise<void> => {
      await gateway.close();
      await server.stop();
      await Promise.all([secrets.close(), s3.close(), folder.remove()]);
    },
  };
};

export type Deployed = Awaited<ReturnType<typeof startDeployed>>;
