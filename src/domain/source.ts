/**
 * The sources of commits. To add one, add its name here, its folder in `src/senders` and its line in the registry
 * there; route, environment variable and keys of the secret follow from the name.
 */
export const COMMIT_SOURCES = ['github', 'bitbucket', 'gitlab', 'bitbucket_server', 'commits'] as const;
export type CommitSource = (typeof COMMIT_SOURCES)[number];

/** Who sends deliveries; part of every event's identity. */
export const SOURCES = ['jira', ...COMMIT_SOURCES] as const;
export type Source = (typeof SOURCES)[number];

/** The kinds of connections: every source, and senders without a built-in webhook. */
export const CONNECTION_KINDS = [...SOURCES, 'automation'] as const;
export type ConnectionKind = (typeof CONNECTION_KINDS)[number];

/** Where an event may come from: a sender, reconciliation's reads of Jira, or a change of configuration. */
export const EVENT_SOURCES = [...CONNECTION_KINDS, 'reconcile', 'admin'] as const;
export type EventSource = (typeof EVENT_SOURCES)[number];

/** True for a source of commits. */
export const isCommitSource = (source: EventSource): source is CommitSource =>
  COMMIT_SOURCES.some((known) => known === source);

/**
 * The lists of a day's events. All deliveries share one; a source that is not a sender has its own, so that listing or
 * counting deliveries never includes its events.
 */
export const FEEDS = ['deliveries', 'reconcile', 'admin'] as const;
export type Feed = (typeof FEEDS)[number];

/** The list that contains an event of the source. */
export const feedOf = (source: EventSource): Feed =>
  source === 'reconcile' || source === 'admin' ? source : 'deliveries';

/** The lists with events about issues and commits: the ones that correlation processes and a replay can repeat. */
export const SENT_FEEDS = FEEDS.filter((feed) => feed !== 'admin');

/** A record with one value for each source. */
export const forEachSource = <T>(make: (source: Source) => T): Record<Source, T> =>
  // `fromEntries` loses the key types; these are all the keys.
  Object.fromEntries(SOURCES.map((source) => [source, make(source)])) as Record<Source, T>;

/**
 * How a source proves that it sent a body. `hmac`: the headers that may hold the signature; the first one present
 * decides. `token`: the header that holds the secret itself. Names in lower case.
 */
export type Scheme = { hmac: readonly string[] } | { token: string };
