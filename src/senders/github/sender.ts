import { notJson } from '../read-json.ts';
import type { CommitSender } from '../sender.ts';
import { parseBody } from '../shared/recognised.ts';
import { recogniseGithub } from './parse.ts';

const A_FORM =
  'The body is a form. In GitHub, open the webhook and set its content type to application/json.';

/** True for what GitHub sends with the content type `application/x-www-form-urlencoded`. */
const isForm = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 8)).toString() === 'payload=';

/** GitHub also sends a SHA-1 signature as `X-Hub-Signature`, which is ignored. */
export const github: CommitSender = {
  headers: { identifier: 'x-github-delivery', event: 'x-github-event' },
  scheme: { hmac: ['x-hub-signature-256'] },
  secret_goes: 'In GitHub, edit the webhook (Settings > Webhooks) and put it into "Secret".',
  no_json: 'In GitHub, edit the webhook and choose application/json as its content type.',
  parse: (bytes, eventName) =>
    isForm(bytes) ? notJson(A_FORM) : parseBody(bytes, (body) => recogniseGithub(eventName, body)),
};
