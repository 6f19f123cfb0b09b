import * as z from 'zod/mini';
import { type JsonObject, own } from '../../domain/json.ts';
import { withEventName } from './event-names.ts';
import type { Recognition } from './recognised.ts';
import { aList, anObject, hostedRepository, recogniseBy } from './rules.ts';

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
 * A GitHub delivery: `push` and `pull_request` are read, every other event is taken with nothing listed.
 * @param eventName `X-GitHub-Event`.
 */
export const recogniseGithub = (eventName: string | null, body: JsonObject): Recognition =>
  withEventName('X-GitHub-Event', eventName, (event_type) => {
    if (event_type === 'push') return recognisePush(event_type, body);
    if (event_type === 'pull_request') return recognisePullRequest(event_type, body);
    return { recognised: { kind: 'nothing_listed', event_type } };
  });
