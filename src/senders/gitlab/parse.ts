import * as z from 'zod/mini';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { hostId, pullRequestOf, pushOf } from '../shared/kinds.ts';
import type { Recognition } from '../shared/recognised.ts';
import {
  aList,
  anObject,
  eventNameOr,
  nothingListed,
  recogniseBy,
  repositoryName,
  textAt,
  UNNAMED_EVENT,
} from '../shared/rules.ts';
import { readGitlabMergeRequest, readGitlabPush } from './normalize.ts';

const MERGE_REQUEST = 'merge_request';

/** For a merge request, its target project, even if it comes from a fork. */
const project = z.object({ path_with_namespace: repositoryName }, 'must be an object');

const push = z.object({ project, commits: aList });

const mergeRequest = z.object({ project, object_attributes: anObject });

const idOf = (body: JsonObject): string | null => hostId('gitlab', body, 'project', 'id');

const recognisePush = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(push, body, ({ project: { path_with_namespace: name }, commits }) =>
    pushOf(event_type, { name, id: idOf(body) }, (unread) =>
      readGitlabPush({ repository: name, body, commits }, unread),
    ),
  );

const recogniseMergeRequest = (event_type: string, body: JsonObject): Recognition =>
  recogniseBy(mergeRequest, body, ({ project: { path_with_namespace: name }, object_attributes }) =>
    pullRequestOf(event_type, { name, id: idOf(body) }, (unread) =>
      readGitlabMergeRequest(name, object_attributes, unread),
    ),
  );

/**
 * Recognises a GitLab delivery by its body alone: a list of `commits` is a push, also of a tag, and the
 * `object_attributes` of a `merge_request` describe one. Every other event is taken without commits.
 * @param eventName `X-Gitlab-Event`. GitLab's own values (`Push Hook`) contain a space, so `object_kind` is used
 * instead
 */
export const recogniseGitlab = (eventName: string | null, body: JsonObject): Recognition => {
  const kind = textAt(body, 'object_kind') ?? null;
  const named = (byShape: string): string => eventNameOr(eventName, eventNameOr(kind, byShape));
  if (Array.isArray(own(body, 'commits'))) return recognisePush(named('push'), body);
  const isMergeRequest = kind === MERGE_REQUEST;
  if (isMergeRequest && isJsonObject(own(body, 'object_attributes')))
    return recogniseMergeRequest(named(MERGE_REQUEST), body);
  // Issues, comments and the like have `object_attributes` too.
  return nothingListed(named(UNNAMED_EVENT), body, [
    'commits',
    ...(isMergeRequest ? ['object_attributes'] : []),
  ]);
};
