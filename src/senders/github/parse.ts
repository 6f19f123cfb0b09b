import * as z from 'zod/mini';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { hostId, pingOf, pullRequestOf, pushOf, renameOf } from '../shared/kinds.ts';
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
import { readGithubPullRequest, readGithubPush } from './normalize.ts';

const push = z.object({ repository: hostedRepository, commits: aList });

/** `repository` is the pull request's target, even if it comes from a fork. */
const pullRequest = z.object({ repository: hostedRepository, pull_request: anObject });

const idOf = (body: JsonObject): string | null => hostId('github', body, 'repository', 'id');

const recognisePush = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(push, body, ({ repository: { full_name: name }, commits }) =>
    pushOf(event_type, { name, id: idOf(body) }, (unread) =>
      readGithubPush({ repository: name, ref: own(body, 'ref'), commits }, unread),
    ),
  );

const recognisePullRequest = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(pullRequest, body, ({ repository: { full_name: name }, pull_request }) =>
    pullRequestOf(event_type, { name, id: idOf(body) }, (unread) =>
      readGithubPullRequest(name, pull_request, unread),
    ),
  );

/** The name before a rename, or before a transfer to another owner. */
const formerName = (body: JsonObject): string | undefined => {
  const [owner, name] = textAt(body, 'repository', 'full_name')?.split(/\/(?=[^/]*$)/) ?? [];
  const renamed = textAt(body, 'changes', 'repository', 'name', 'from');
  if (renamed !== undefined) return `${owner}/${renamed}`;
  const from = ['changes', 'owner', 'from'];
  const login = textAt(body, ...from, 'user', 'login') ?? textAt(body, ...from, 'organization', 'login');
  return login && `${login}/${name}`;
};

const recogniseRename = (event_type: string, body: JsonObject): Recognition | null => {
  const from = formerName(body);
  if (from === undefined) return null;
  // A rename is later than all of these; `updated_at` is occasionally a second early.
  const at = ['updated_at', 'created_at', 'pushed_at'];
  return renameOf(event_type, body, from, { id: idOf(body), at });
};

/**
 * Recognises a GitHub delivery by its signed body alone: a list of `commits` is a push; a `pull_request` is described
 * by any event that has one, such as a review; a change of a repository's name or owner is a rename. Every other event
 * is taken without commits.
 * @param eventName `X-GitHub-Event`, which only names the event
 */
export const recogniseGithub = (eventName: string | null, body: JsonObject): Recognition => {
  if (Array.isArray(own(body, 'commits'))) return recognisePush(eventNameOr(eventName, 'push'), body);
  if (isJsonObject(own(body, 'pull_request')))
    return recognisePullRequest(eventNameOr(eventName, 'pull_request'), body);
  if (typeof own(body, 'zen') === 'string') return pingOf(eventNameOr(eventName, 'ping'));
  const renamed = recogniseRename(eventNameOr(eventName, 'repository'), body);
  return renamed ?? nothingListed(eventNameOr(eventName, UNNAMED_EVENT), body, ['commits', 'pull_request']);
};
