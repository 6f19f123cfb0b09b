/**
 * The senders of commits. A new one is its name here, its folder in `src/senders` and its line of the registry there;
 * route, environment variable and keys of the secret follow from the name.
 */
export const COMMIT_SOURCES = ['github', 'bitbucket', 'gitlab', 'bitbucket_server', 'commits'] as const;
export type CommitSource = (typeof COMMIT_SOURCES)[number];

/** Who sends deliveries; part of every event's identity. */
export const SOURCES = ['jira', ...COMMIT_SOURCES] as const;
export type Source = (typeof SOURCES)[number];

/** Where an event may come from: a sender, or our own look at Jira. Only senders have a route and a secret. */
export const EVENT_SOURCES = [...SOURCES, 'reconcile'] as const;
export type EventSource = (typeof EVENT_SOURCES)[number];

/** True for a source of commits; all others tell of issues. */
export const isCommitSource = (source: EventSource): source is CommitSource =>
  COMMIT_SOURCES.some((known) => known === source);

/**
 * The lists of a day's events. All deliveries share one; a source that is no sender has its own, so that whoever lists or
 * counts deliveries never meets its events.
 */
export const FEEDS = ['deliveries', 'reconcile'] as const;
export type Feed = (typeof FEEDS)[number];

/** The list that an event is in. */
export const feedOf = (source: EventSource): Feed => (source === 'reconcile' ? source : 'deliveries');

/** The same thing for every sender. */
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
