import * as z from 'zod/mini';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { eventNameOr, UNNAMED_EVENT } from './event-names.ts';
import type { Recognition } from './recognised.ts';
import { aList, anObject, hostedRepository, isThere, recogniseBy } from './rules.ts';

const push = z.object({ repository: hostedRepository, commits: aList });

/** `repository` is the one the pull request goes to, whatever fork it comes from. */
const pullRequest = z.object({ repository: hostedRepository, pull_request: anObject });

const recognisePush = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(push, body, ({ repository, commits }) => ({
    kind: 'github_push',
    event_type,
    repository: repository.full_name,
    ref: own(body, 'ref'),
    commits,
  }));

const recognisePullRequest = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(pullRequest, body, ({ repository, pull_request }) => ({
    kind: 'github_pull_request',
    event_type,
    repository: repository.full_name,
    pull_request,
  }));

/**
 * A GitHub delivery, by its signed body alone: a list of `commits` is a push, and whatever has a `pull_request`
 * describes it, a review too. Every other event is taken with nothing listed.
 * @param eventName `X-GitHub-Event`, which only names the event.
 */
export const recogniseGithub = (eventName: string | null, body: JsonObject): Recognition => {
  if (Array.isArray(own(body, 'commits'))) return recognisePush(eventNameOr(eventName, 'push'), body);
  if (isJsonObject(own(body, 'pull_request')))
    return recognisePullRequest(eventNameOr(eventName, 'pull_request'), body);
  if (typeof own(body, 'zen') === 'string')
    return { recognised: { kind: 'ping', event_type: eventNameOr(eventName, 'ping') } };
  const unread = ['commits', 'pull_request'].filter((name) => isThere(own(body, name)));
  return {
    recognised: { kind: 'nothing_listed', event_type: eventNameOr(eventName, UNNAMED_EVENT), unread },
  };
};
