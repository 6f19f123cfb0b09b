import type { CommitSender } from '../sender.ts';
import { parseBody } from '../shared/recognised.ts';
import { recogniseGitlab } from './parse.ts';

/** GitLab does not sign: it sends its secret token, so anyone who sees one delivery can forge others. */
export const gitlab: CommitSender = {
  headers: { identifier: 'x-gitlab-event-uuid', event: 'x-gitlab-event' },
  scheme: { token: 'x-gitlab-token' },
  secret_goes: 'In GitLab, edit the webhook (Settings > Webhooks) and put it into "Secret token".',
  no_json: 'GitLab sends JSON unless a template changes it: check "Custom webhook template".',
  parse: (bytes, eventName) => parseBody(bytes, (body) => recogniseGitlab(eventName, body)),
};
