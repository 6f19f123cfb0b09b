/**
 * What an event says of issues that it does not name: all of a version, a project or a sprint may look different now,
 * and Jira sends nothing for each. A version that is gone is known by the name it had; ids are digits.
 */
export type Subject =
  | { kind: 'version' | 'project' | 'sprint'; id: string }
  | { kind: 'version_name'; name: string };
