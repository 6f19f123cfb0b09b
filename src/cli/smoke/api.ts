import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Exchange, exchange } from '../shared/exchange.ts';

type More = { headers?: Readonly<Record<string, string>>; body?: Uint8Array };

/** The deployed API. Paths begin with `/` and go out as they are written. */
export type Api = {
  url: URL;
  send(method: string, path: string, more?: More): Promise<Exchange>;
  /** With a signature of the caller's AWS credentials. Throws what the SDK throws when there are none. */
  sendSigned(method: string, path: string): Promise<Exchange>;
};

/** API Gateway answers within 30 s; the rest is for 10 MB on a slow line. */
const ANSWER_MS = 60_000;

const USER_AGENT = 'jira-webhook-sync-smoke';

export const openApi = (url: URL, sign: SignRequest): Api => {
  const send: Api['send'] = (method, path, { headers = {}, body } = {}) =>
    exchange({
      method,
      url: new URL(path, url),
      headers: { 'user-agent': USER_AGENT, ...headers },
      ...(body && { body }),
      timeout_ms: ANSWER_MS,
    });
  return {
    url,
    send,
    sendSigned: async (method, path) => {
      const headers = await sign(method, new URL(path, url));
      return send(method, path, { headers });
    },
  };
};

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
