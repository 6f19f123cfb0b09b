/**
 * The senders of commits. A new one is its name here, its folder in `src/senders` and its line of the registry there;
 * route, environment variable and keys of the secret follow from the name.
 */
export const COMMIT_SOURCES = ['github', 'bitbucket', 'gitlab', 'bitbucket_server', 'commits'] as const;
export type CommitSource = (typeof COMMIT_SOURCES)[number];

/** Who sends deliveries; part of every event's identity. */
export const SOURCES = ['jira', ...COMMIT_SOURCES] as const;
export type Source = (typeof SOURCES)[number];

/** What a connection may be of: every source, and senders that have no built-in connection. */
export const CONNECTION_KINDS = [...SOURCES, 'automation'] as const;
export type ConnectionKind = (typeof CONNECTION_KINDS)[number];

/** Where an event may come from: a sender, our own look at Jira, or a change of what is configured here. */
export const EVENT_SOURCES = [...CONNECTION_KINDS, 'reconcile', 'admin'] as const;
export type EventSource = (typeof EVENT_SOURCES)[number];

/** True for a source of commits; all others tell of issues. */
export const isCommitSource = (source: EventSource): source is CommitSource =>
  COMMIT_SOURCES.some((known) => known === source);

/**
 * The lists of a day's events. All deliveries share one; a source that is no sender has its own, so that whoever lists or
 * counts deliveries never meets its events.
 */
export const FEEDS = ['deliveries', 'reconcile', 'admin'] as const;
export type Feed = (typeof FEEDS)[number];

/** The list that an event is in. */
export const feedOf = (source: EventSource): Feed =>
  source === 'reconcile' || source === 'admin' ? source : 'deliveries';

/** The lists whose events tell of issues and commits: correlation handles them, and a replay reads them again. */
export const SENT_FEEDS = FEEDS.filter((feed) => feed !== 'admin');

/** The same thing for every sender. */
export const forEachSource = <T>(make: (source: Source) => T): Record<Source, T> =>
  // `fromEntries` forgets the names; these are all of them.
  Object.fromEntries(SOURCES.map((source) => [source, make(source)])) as Record<Source, T>;

/**
 * How a source proves that it sent a body. `hmac`: the headers that may hold its signature; the first one that is
 * present decides. `token`: the header that holds the secret itself. Names in lower case.
 */
export type Scheme = { hmac: readonly string[] } | { token: string };
