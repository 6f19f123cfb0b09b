import type { CommitDelivery } from '../../domain/commit.ts';
import type { EventFacts } from '../../domain/delivery.ts';
import { createUnread } from '../readers.ts';
import type { RecognisedCommits } from './recognised.ts';

/**
 * Converts a recognised delivery of commits to our fields. Never throws: a commit or pull request that cannot be read
 * is left out, an unreadable part of one is null, and `unread_fields` lists both.
 * `pull_requests` are those that a host describes; one that is named by a listed commit is only in that commit.
 */
export const normalizeCommits = ({ event_type, read }: RecognisedCommits): CommitDelivery => {
  const unread = createUnread();
  const { commits, pull_requests } = read(unread);
  return { event_type, commits, pull_requests, unread_fields: unread.paths() };
};

/** The facts of a commit delivery's event: it belongs to no issue, because correlation finds the links later. */
export const commitFacts = ({ event_type, unread_fields }: CommitDelivery): EventFacts => ({
  issue_id: null,
  issue_key: null,
  project_key: null,
  event_type,
  issue_event_type: null,
  changes: [],
  actor: null,
  occurred_ms: 0,
  unread_fields,
});
