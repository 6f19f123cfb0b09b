import { LAST_INSTANT_MS, parseInstant } from './instant.ts';

/**
 * 1 to 255 bytes of printable characters without `#` or white space: the host may not use git, and may abbreviate ids.
 */
export const isSha = (text: string): boolean =>
  /^[^\p{C}\p{Z}\s#]+$/u.test(text) && Buffer.byteLength(text) <= 255;

/** The id as stored: hex digits in lower case, since git ignores their case; anything else unchanged. */
export const toSha = (text: string): string => (/^[0-9a-fA-F]+$/.test(text) ? text.toLowerCase() : text);

/** True for a full git id, SHA-1 or SHA-256. */
export const isFullSha = (text: string): boolean => /^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/.test(text);

/** 1 to 100 bytes of printable characters: a number on every known host, but no host guarantees that. */
export const isPullRequestId = (text: string): boolean =>
  /^[^\p{C}\p{Z}\s]+$/u.test(text) && Buffer.byteLength(text) <= 100;

/** Epoch milliseconds of ISO 8601 text with an offset, from 1970 to 9999; else null. */
export const parseCommitInstant = (text: string): number | null => {
  const ms = parseInstant(text);
  return ms !== null && ms >= 0 && ms <= LAST_INSTANT_MS ? ms : null;
};

/** A pull request as a delivery describes it. */
export type DeliveredPullRequest = {
  repository: string;
  id: string;
  title: string;
  /** Searched for keys, not kept. Null when the delivery has no such field; empty when the body is empty. */
  body: string | null;
  url: string | null;
  /** The source branch. */
  branch: string | null;
  /** Epoch milliseconds; of two descriptions, the later one counts. Null counts as oldest. */
  updated_ms: number | null;
  /** Full ids of the commits known to belong to it: its head and its merge commit. Lower case. */
  shas: string[];
};

/** A commit as a delivery lists it. `repository`, `sha` and ids keep the limits above. */
export type DeliveredCommit = {
  repository: string;
  /** As returned by `toSha`. */
  sha: string;
  /** The full message; its first line is the title. */
  message: string;
  author_name: string | null;
  /** Epoch milliseconds; null when no delivery has a usable instant. */
  committed_ms: number | null;
  /** Without `refs/heads/`; null for a tag, or when the delivery names no branch. */
  branch: string | null;
  pull_request: DeliveredPullRequest | null;
};

/** A delivery of a commit source, normalized. */
export type CommitDelivery = {
  /** The sender's event name: `push`, `pull_request`, `repo:push`, `commits`. */
  event_type: string;
  commits: DeliveredCommit[];
  pull_requests: DeliveredPullRequest[];
  /** Paths of fields that are present in a shape we cannot read, or that the sender says it left out. */
  unread_fields: string[];
};
