import type { CommitSender } from '../sender.ts';
import { parseBody } from '../shared/recognised.ts';
import { recogniseBitbucket } from './parse.ts';

/** Bitbucket Cloud. */
export const bitbucket: CommitSender = {
  headers: { identifier: 'x-request-uuid', event: 'x-event-key' },
  scheme: { hmac: ['x-hub-signature'] },
  secret_goes: 'In Bitbucket, edit the webhook (Repository settings > Webhooks) and put it into "Secret".',
  no_json: 'Bitbucket sends JSON: nothing on the way may change the body.',
  parse: (bytes, eventName) => parseBody(bytes, (body) => recogniseBitbucket(eventName, body)),
};
