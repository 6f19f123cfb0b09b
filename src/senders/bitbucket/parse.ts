import * as z from 'zod/mini';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { hostId, pullRequestOf, pushOf, renameOf } from '../shared/kinds.ts';
import type { Recognition } from '../shared/recognised.ts';
import {
  aList,
  anObject,
  eventNameOr,
  hostedRepository,
  nothingListed,
  recogniseBy,
  textAt,
  UNNAMED_EVENT,
} from '../shared/rules.ts';
import { readBitbucketPullRequest, readBitbucketPush } from './normalize.ts';

const push = z.object({ repository: hostedRepository, push: z.object({ changes: aList }) });

/** `repository` is the pull request's target, even if it comes from a fork. */
const pullRequest = z.object({ repository: hostedRepository, pullrequest: anObject });

const idOf = (body: JsonObject): string | null => hostId('bitbucket', body, 'repository', 'uuid');

const recognisePush = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(push, body, ({ repository: { full_name: name }, push: { changes } }) =>
    pushOf(event_type, { name, id: idOf(body) }, (unread) =>
      readBitbucketPush({ repository: name, changes }, unread),
    ),
  );

const recognisePullRequest = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(pullRequest, body, ({ repository: { full_name: name }, pullrequest }) =>
    pullRequestOf(event_type, { name, id: idOf(body) }, (unread) =>
      readBitbucketPullRequest(name, pullrequest, unread),
    ),
  );

const recogniseRename = (event_type: string, body: JsonObject): Recognition | null => {
  const from = textAt(body, 'changes', 'full_name', 'old');
  if (from === undefined) return null;
  return renameOf(event_type, body, from, { id: idOf(body), at: ['updated_on'] });
};

/**
 * Recognises a Bitbucket Cloud delivery by its signed body alone: a list of `push.changes` is a push; a `pullrequest`
 * is described by any event that has one, such as a comment; a changed `full_name` is a rename. Every other event is
 * taken without commits.
 * @param eventName `X-Event-Key`, which only names the event
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
