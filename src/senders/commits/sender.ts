import type { CommitSender } from '../sender.ts';
import { parseBody } from '../shared/recognised.ts';
import { recogniseListedCommits } from './parse.ts';

/** Our own format, which has no event header. */
export const commits: CommitSender = {
  headers: { identifier: null, event: null },
  scheme: { hmac: ['x-hub-signature-256'] },
  secret_goes: 'Give it to whatever sends commits: npm run commits reads it from COMMITS_WEBHOOK_SECRET.',
  no_json: 'Send what `npm run commits` prints, as JSON in UTF-8.',
  parse: (bytes) => parseBody(bytes, recogniseListedCommits),
};
