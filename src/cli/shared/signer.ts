import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SignatureV4 } from '@smithy/signature-v4';

/** What is signed besides method and URL. The signature is valid only for these headers and this exact body. */
type Signed = { headers?: Readonly<Record<string, string>>; body?: Uint8Array; date?: Date };

/** Returns the headers that IAM checks: those that were given, `authorization` and others. */
export type SignRequest = (method: string, url: URL, signed?: Signed) => Promise<Record<string, string>>;

type Caller = Pick<ConstructorParameters<typeof SignatureV4>[0], 'region' | 'credentials' | 'sha256'>;

/** Signature Version 4. The query must not repeat a parameter. */
export const createSigner = (caller: Caller, service: string): SignRequest => {
  // No checksum header: only S3 requires one.
  const signer = new SignatureV4({ ...caller, service, applyChecksum: false });
  return async (method, url, { headers = {}, body, date = new Date() } = {}) => {
    const request = {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, ...headers },
      ...(body && { body }),
    };
    return (await signer.sign(request, { signingDate: date })).headers;
  };
};

/** Signs for API Gateway with the credentials that the SDK finds; it throws the SDK's error when there are none. */
export const openSigner = (settings: { region: string; profile?: string }): SignRequest => {
  const { region, credentials, sha256 } = new SecretsManagerClient(settings).config;
  return createSigner({ region, credentials, sha256 }, 'execute-api');
};
