import * as z from 'zod/mini';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { eventNameOr, UNNAMED_EVENT } from '../shared/event-names.ts';
import type { Recognition } from '../shared/recognised.ts';
import {
  aList,
  anObject,
  hostedRepository,
  hostId,
  nothingListed,
  recogniseBy,
  renameOf,
  textAt,
} from '../shared/rules.ts';

const push = z.object({ repository: hostedRepository, push: z.object({ changes: aList }) });

/** `repository` is the one the pull request goes to, whatever fork it comes from. */
const pullRequest = z.object({ repository: hostedRepository, pullrequest: anObject });

const recognisePush = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(push, body, ({ repository, push: { changes } }) => ({
    kind: 'bitbucket_push',
    event_type,
    repository: repository.full_name,
    host_id: hostId('bitbucket', body, 'uuid'),
    changes,
  }));

const recognisePullRequest = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(pullRequest, body, ({ repository, pullrequest }) => ({
    kind: 'bitbucket_pull_request',
    event_type,
    repository: repository.full_name,
    host_id: hostId('bitbucket', body, 'uuid'),
    pullrequest,
  }));

const recogniseRename = (event_type: string, body: JsonObject): Recognition | null => {
  const from = textAt(body, 'changes', 'full_name', 'old');
  if (from === undefined) return null;
  return renameOf(event_type, body, from, { host_id: hostId('bitbucket', body, 'uuid'), at: ['updated_on'] });
};

/**
 * A Bitbucket Cloud delivery, by its signed body alone: a list of `push.changes` is a push, and whatever has a
 * `pullrequest` describes it, a comment too; a changed `full_name` is a rename. Every other event is taken with nothing listed.
 * @param eventName `X-Event-Key`, which only names the event.
 */
export const recogniseBitbucket = (eventName: string | null, body: JsonObject): Recognition => {
  const pushed = own(body, 'push');
  if (isJsonObject(pushed) && Array.isArray(own(pushed, 'changes')))
    return recognisePush(eventNameOr(eventName, 'repo:push'), body);
  if (isJsonObject(own(body, 'pullrequest')))
    return recognisePullRequest(eventNameOr(eventName, 'pullrequest'), body);
  const renamed = recogniseRename(eventNameOr(eventName, 'repo:updated'), body);
  return renamed ?? nothingListed(eventNameOr(eventName, UNNAMED_EVENT), body, ['push', 'pullrequest']);
};
