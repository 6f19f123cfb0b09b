/**
 * The senders of commits. A new one is its name here, its folder in `src/senders` and its line of the registry there;
 * route, environment variable and keys of the secret follow from the name.
 */
export const COMMIT_SOURCES = ['github', 'bitbucket', 'gitlab', 'bitbucket_server', 'commits'] as const;
export type CommitSource = (typeof COMMIT_SOURCES)[number];

/** Who sends deliveries; part of every event's identity. */
export const SOURCES = ['jira', ...COMMIT_SOURCES] as const;
export type Source = (typeof SOURCES)[number];

/** The same thing for every source. */
export const forEachSource = <T>(make: (source: Source) => T): Record<Source, T> =>
  // `fromEntries` forgets the names; these are all of them.
  Object.fromEntries(SOURCES.map((source) => [source, make(source)])) as Record<Source, T>;

/**
 * How a source proves that it sent a body. `hmac`: the headers that may hold its signature; the first one that is
 * present decides. `token`: the header that holds the secret itself. Names in lower case.
 */
export type Scheme = { hmac: readonly string[] } | { token: string };

/** One Jira site per deployment until a deployment serves several. */
export const DEFAULT_TENANT = 'default';
