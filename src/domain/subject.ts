/**
 * What an event says of issues without showing them: all of a version, a project or a sprint may look different now, and
 * Jira sends nothing for each; or one issue is said to be deleted by a sender whose word is not enough. A version that is
 * gone is known by the name it had; ids are digits, and of an issue perhaps a key.
 */
export type Subject =
  | { kind: 'version' | 'project' | 'sprint' | 'issue'; id: string }
  | { kind: 'version_name'; name: string };
