import * as z from 'zod/mini';
import type { JsonObject } from '../../domain/json.ts';
import { isBitbucketPullRequest, withEventName } from './event-names.ts';
import type { Recognition } from './recognised.ts';
import { aList, anObject, hostedRepository, recogniseBy } from './rules.ts';

const push = z.object({
  repository: hostedRepository,
  push: z.object({ changes: aList }, 'must be an object'),
});

/** `repository` is the one the pull request goes to, whatever fork it comes from. */
const pullRequest = z.object({ repository: hostedRepository, pullrequest: anObject });

const recognisePush = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(push, body, ({ repository, push: { changes } }) => ({
    kind: 'bitbucket_push',
    event_type,
    repository: repository.full_name,
    changes,
  }));

const recognisePullRequest = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(pullRequest, body, ({ repository, pullrequest }) => ({
    kind: 'bitbucket_pull_request',
    event_type,
    repository: repository.full_name,
    pullrequest,
  }));

/**
 * A Bitbucket Cloud delivery: `repo:push` and `pullrequest:*` are read, every other event is taken with
 * nothing listed.
 * @param eventName `X-Event-Key`.
 */
export const recogniseBitbucket = (eventName: string | null, body: JsonObject): Recognition =>
  withEventName('X-Event-Key', eventName, (event_type) => {
    if (event_type === 'repo:push') return recognisePush(event_type, body);
    if (isBitbucketPullRequest(event_type)) return recognisePullRequest(event_type, body);
    return { recognised: { kind: 'nothing_listed', event_type } };
  });
