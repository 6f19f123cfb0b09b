import type { CommitSender } from '../sender.ts';
import { parseBody } from '../shared/recognised.ts';
import { recogniseBitbucketServer } from './parse.ts';

/** Bitbucket Data Center, once called Server. */
export const bitbucket_server: CommitSender = {
  headers: { identifier: 'x-request-id', event: 'x-event-key' },
  scheme: { hmac: ['x-hub-signature'] },
  secret_goes: 'In Bitbucket, edit the webhook (Repository settings > Webhooks) and put it into "Secret".',
  no_json: 'Bitbucket sends JSON: nothing on the way may change the body.',
  parse: (bytes, eventName) => parseBody(bytes, (body) => recogniseBitbucketServer(eventName, body)),
};
