/** The senders of commits. Each has a route, a secret and words of its own. */
export const COMMIT_SOURCES = ['github', 'bitbucket', 'commits'] as const;
export type CommitSource = (typeof COMMIT_SOURCES)[number];

/** Who sends deliveries; part of every event's identity. */
export const SOURCES = ['jira', ...COMMIT_SOURCES] as const;
export type Source = (typeof SOURCES)[number];

/** The same thing for every source. */
export const forEachSource = <T>(make: (source: Source) => T): Record<Source, T> => ({
  jira: make('jira'),
  github: make('github'),
  bitbucket: make('bitbucket'),
  commits: make('commits'),
});
