import type { CommitDelivery } from '../../domain/commit.ts';
import type { FieldError, Problem } from '../../domain/delivery.ts';
import type { DeliveredRepository } from '../../domain/repository.ts';
import type { Unread } from '../readers.ts';

/**
 * What an event is, by its signed body: a connection test of the host, an event whose contents are known,
 * or any other.
 */
export type Nature = 'ping' | 'known' | 'other';

/** What a delivery lists. */
type Listed = Pick<CommitDelivery, 'commits' | 'pull_requests'>;

/** A delivery of commits whose repository keeps the limits. */
export type RecognisedCommits = {
  /** The sender's event header, else a name by the body. 1 to 200 printable ASCII characters. */
  event_type: string;
  nature: Nature;
  /** The repository it is about; null when it lists nothing and renames nothing. */
  repository: DeliveredRepository | null;
  /** Never throws: what cannot be read is left out, or null, and noted. */
  read: (unread: Unread) => Listed;
};

/** A body that could be recognised, or every reason why it could not. */
export type Recognition = { recognised: RecognisedCommits } | { errors: FieldError[] };

export type ParsedCommits =
  | { kind: 'delivery'; delivery: RecognisedCommits }
  | { kind: 'refused'; problem: Problem };
