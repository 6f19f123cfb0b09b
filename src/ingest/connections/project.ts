import type { NormalizedDelivery } from '../../domain/delivery.ts';
import { lookupKey, projectOfKey } from '../../domain/issue-key.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';

/**
 * True when a body keeps to these projects; none means all. Every project that it names for its issue must be one of
 * them. What names none may pass as long as it writes nothing of an issue.
 * @param delivery null for a body that could not be read, or that writes nothing
 */
export const keepsToProjects = (
  allowed: readonly string[],
  body: JsonObject,
  delivery: NormalizedDelivery | null,
): boolean => {
  if (allowed.length === 0) return true;
  const named = projectsIn(body);
  if (named.length === 0) return !(delivery?.snapshot ?? delivery?.deletion);
  return named.every((project) => isAllowedProject(allowed, project));
};

/** True when a project is one of these; none means all, and what names none is of no one that is allowed. */
export const isAllowedProject = (allowed: readonly string[], project: string | null): boolean =>
  allowed.length === 0 || (project !== null && allowed.map(lookupKey).includes(lookupKey(project)));

/** Keys of the projects of a body's issue: what its fields say, and its own key; else the subject of a project event. */
const projectsIn = (body: JsonObject): string[] => {
  const issue = objectOf(body, 'issue');
  const key = textOf(issue, 'key');
  const fields = objectOf(issue, 'fields');
  const ofIssue = [textOf(objectOf(fields, 'project'), 'key'), key && projectOfKey(key)];
  const named = ofIssue.filter((project) => project !== null);
  if (named.length > 0) return named;
  const subject = textOf(objectOf(body, 'project'), 'key');
  return subject === null ? [] : [subject];
};

const objectOf = (object: JsonObject | null, name: string): JsonObject | null => {
  const value = object && own(object, name);
  return isJsonObject(value) ? value : null;
};

const textOf = (object: JsonObject | null, name: string): string | null => {
  const value = object && own(object, name);
  return typeof value === 'string' && value !== '' ? value : null;
};
