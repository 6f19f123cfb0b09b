import { toPhoenixIso, toUtcIso } from '../../domain/instant.ts';
import type { Snapshot } from '../../domain/issue.ts';
import type { CommitItem, StoryWithoutCommits, TouchedIssue } from './schema.ts';

/** What is known of one commit; `committed_ms` is epoch milliseconds, or null when unknown. */
export type KnownCommit = {
  repository: string;
  sha: string;
  title: string;
  author_name: string | null;
  committed_ms: number | null;
  keys_truncated?: true;
};

/** A commit as documents and gap listings show it. */
export const toCommitItem = ({
  repository,
  sha,
  title,
  author_name,
  committed_ms,
  keys_truncated,
}: KnownCommit): CommitItem => ({
  repository,
  sha,
  message_title: title,
  author_name,
  committed_at: committed_ms === null ? null : toUtcIso(committed_ms),
  phoenix_committed_at: committed_ms === null ? null : toPhoenixIso(committed_ms),
  ...(keys_truncated ? { keys_truncated } : {}),
});

/** An issue a run looked at, with the event whose fields its snapshot shows. */
export const toTouchedIssue = (snapshot: Snapshot): TouchedIssue => ({
  issue_key: snapshot.issue_key,
  issue_id: snapshot.issue_id,
  updated_at: snapshot.updated_at,
  phoenix_updated_at: snapshot.phoenix_updated_at,
  event_type: snapshot.last_event?.event_type ?? null,
  event_id: snapshot.last_event?.event_id ?? null,
  idempotency_key: snapshot.last_event?.idempotency_key ?? null,
  outcome: snapshot.last_event === null ? null : 'applied',
  deleted: snapshot.deleted,
});

/** A story as documents and gap listings show it; `fix_versions` in payload order. */
export const toStoryWithoutCommits = (snapshot: Snapshot): StoryWithoutCommits => ({
  issue_key: snapshot.issue_key,
  issue_id: snapshot.issue_id,
  summary: snapshot.summary,
  status: snapshot.status,
  fix_versions: snapshot.fix_versions,
  phoenix_updated_at: snapshot.phoenix_updated_at,
});
