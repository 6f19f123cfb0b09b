import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SignatureV4 } from '@smithy/signature-v4';

/** Headers, `authorization` among them, that let a request without a body pass IAM. */
export type SignRequest = (method: string, url: URL, date?: Date) => Promise<Record<string, string>>;

type Caller = Pick<ConstructorParameters<typeof SignatureV4>[0], 'region' | 'credentials' | 'sha256'>;

/** Signature Version 4. The query may name no parameter twice. */
export const createSigner = (caller: Caller, service: string): SignRequest => {
  // No checksum header: only S3 asks for one.
  const signer = new SignatureV4({ ...caller, service, applyChecksum: false });
  return async (method, url, date = new Date()) => {
    const request = {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host },
    };
    return (await signer.sign(request, { signingDate: date })).headers;
  };
};

/** Signs for API Gateway with the credentials that the SDK finds; it throws the SDK's error when there are none. */
export const openSigner = (settings: { region: string }): SignRequest => {
  const { region, credentials, sha256 } = new SecretsManagerClient(settings).config;
  return createSigner({ region, credentials, sha256 }, 'execute-api');
};
