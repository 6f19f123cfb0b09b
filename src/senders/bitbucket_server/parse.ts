import * as z from 'zod/mini';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { hostId, pingOf, pullRequestOf, pushOf } from '../shared/kinds.ts';
import type { Recognition } from '../shared/recognised.ts';
import {
  aList,
  eventNameOr,
  nothingListed,
  recogniseBy,
  repositoryName,
  textAt,
  UNNAMED_EVENT,
} from '../shared/rules.ts';
import { readServerPullRequest, readServerPush } from './normalize.ts';

const OBJECT_RULE = 'must be an object';
const TEXT_RULE = 'must be a string';

/** The body has no full name of a repository, so it is built as `PROJECT/slug`, as in its URLs. */
const repository = z.pipe(
  z.object(
    { slug: z.string(TEXT_RULE), project: z.object({ key: z.string(TEXT_RULE) }, OBJECT_RULE) },
    OBJECT_RULE,
  ),
  z.pipe(
    z.transform(({ slug, project }: { slug: string; project: { key: string } }) => `${project.key}/${slug}`),
    repositoryName,
  ),
);

const push = z.object({ repository, changes: aList });

/** `toRef` is in the pull request's target repository, even if it comes from a fork. */
const pullRequest = z.object({
  pullRequest: z.object({ toRef: z.object({ repository }, OBJECT_RULE) }),
});

const recognisePush = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(push, body, ({ repository: name, changes }) => {
    const id = hostId('bitbucket_server', body, 'repository', 'id');
    return pushOf(event_type, { name, id }, (unread) =>
      readServerPush({ repository: name, body, changes }, unread),
    );
  });

const recognisePullRequest = (event_type: string, body: JsonObject, described: JsonObject): Recognition =>
  recogniseBy(pullRequest, body, ({ pullRequest: { toRef } }) => {
    const name = toRef.repository;
    const id = hostId('bitbucket_server', described, 'toRef', 'repository', 'id');
    return pullRequestOf(event_type, { name, id }, (unread) =>
      readServerPullRequest(name, described, unread),
    );
  });

/**
 * Recognises a Bitbucket Data Center delivery by its signed body alone: a list of `changes` is a push; a `pullRequest`
 * is described by any event that has one, such as a comment; `test` is a connection test. Every other event is taken
 * without commits.
 * @param eventName `X-Event-Key`, which only names the event, as `eventKey` in the body does
 */
export const recogniseBitbucketServer = (eventName: string | null, body: JsonObject): Recognition => {
  const key = textAt(body, 'eventKey') ?? null;
  const named = (byShape: string): string => eventNameOr(eventName, eventNameOr(key, byShape));
  if (Array.isArray(own(body, 'changes'))) return recognisePush(named('repo:refs_changed'), body);
  const described = own(body, 'pullRequest');
  if (isJsonObject(described)) return recognisePullRequest(named('pull_request'), body, described);
  if (own(body, 'test') === true) return pingOf(named('diagnostics:ping'));
  return nothingListed(named(UNNAMED_EVENT), body, ['changes', 'pullRequest']);
};
