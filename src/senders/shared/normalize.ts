import type { CommitDelivery } from '../../domain/commit.ts';
import type { EventFacts } from '../../domain/delivery.ts';
import { createUnread } from '../readers.ts';
import type { RecognisedCommits } from './recognised.ts';

/**
 * A recognised delivery of commits in our words. Never throws: a commit or pull request that cannot be read
 * is left out, an unreadable part of one is null, and `unread_fields` lists both.
 * `pull_requests` are those a host describes; one that a listed commit names is with that commit alone.
 */
export const normalizeCommits = ({ event_type, read }: RecognisedCommits): CommitDelivery => {
  const unread = createUnread();
  const { commits, pull_requests } = read(unread);
  return { event_type, commits, pull_requests, unread_fields: unread.paths() };
};

/** What the stored event of a commit delivery shows: it belongs to no issue; links are found later. */
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
