import { type Exchange, exchange } from '../shared/exchange.ts';
import type { SignRequest } from '../shared/signer.ts';

type More = { headers?: Readonly<Record<string, string>>; body?: Uint8Array };

/** The deployed API. Paths begin with `/` and are sent unchanged. */
export type Api = {
  url: URL;
  send(method: string, path: string, more?: More): Promise<Exchange>;
  /** Signed with the caller's AWS credentials. Throws the SDK's error when there are none. */
  sendSigned(method: string, path: string): Promise<Exchange>;
};

/** API Gateway answers within 30 s; the rest is for sending 10 MB over a slow line. */
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
