import { LAST_INSTANT_MS, parseInstant } from './instant.ts';

/**
 * 1 to 255 bytes of printable characters without `#` or white space: a host need not be git, nor write its ids in full.
 */
export const isSha = (text: string): boolean =>
  /^[^\p{C}\p{Z}\s#]+$/u.test(text) && Buffer.byteLength(text) <= 255;

/** The id as it is stored: hex digits in lower case, as git reads them in either; anything else as it is. */
export const toSha = (text: string): string => (/^[0-9a-fA-F]+$/.test(text) ? text.toLowerCase() : text);

/** True for a whole id of git, SHA-1 or SHA-256. */
export const isFullSha = (text: string): boolean => /^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/.test(text);

/** 1 to 100 bytes of printable characters: a number on every known host, but none promises it. */
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
  /** Keys are looked for in it, and it is not kept. Null when the delivery does not say; empty when there is none. */
  body: string | null;
  url: string | null;
  /** The branch it brings in. */
  branch: string | null;
  /** Epoch milliseconds; of two descriptions the one updated later counts. Null counts as older than any. */
  updated_ms: number | null;
  /** Full ids of commits it is known to hold: its newest one and the one it was merged as. Lower case. */
  shas: string[];
};

/** A commit as a delivery lists it. `repository`, `sha` and ids keep the limits above. */
export type DeliveredCommit = {
  repository: string;
  /** As `toSha` writes it. */
  sha: string;
  /** All of it; the first line is its title. */
  message: string;
  author_name: string | null;
  /** Epoch milliseconds; null when no delivery has an instant that can be shown. */
  committed_ms: number | null;
  /** Without `refs/heads/`; null for a tag, or when the delivery does not say. */
  branch: string | null;
  pull_request: DeliveredPullRequest | null;
};

/** What a delivery of a commit source says, in our words. */
export type CommitDelivery = {
  /** What it is called: `push`, `pull_request`, `repo:push`, `commits`. */
  event_type: string;
  commits: DeliveredCommit[];
  pull_requests: DeliveredPullRequest[];
  /** Paths of what is there in a shape we cannot read, or that the sender says it left out. */
  unread_fields: string[];
};
