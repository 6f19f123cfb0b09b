import type { CommitDelivery } from '../../domain/commit.ts';
import type { FieldError, Problem } from '../../domain/delivery.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import type { DeliveredRepository } from '../../domain/repository.ts';
import { NO_OBJECT } from '../field-errors.ts';
import { readJson } from '../read-json.ts';
import type { Unread } from '../readers.ts';

/**
 * The nature of an event, by its signed body: a connection test of the host, an event whose contents are known, or any
 * other.
 */
export type Nature = 'ping' | 'known' | 'other';

/** The commits and pull requests in a delivery. */
type Listed = Pick<CommitDelivery, 'commits' | 'pull_requests'>;

/** A delivery of commits whose repository name is within the limits. */
export type RecognisedCommits = {
  /** The sender's event header, else a name derived from the body. 1 to 200 printable ASCII characters. */
  event_type: string;
  nature: Nature;
  /** The repository it is about; null when it lists nothing and renames nothing. */
  repository: DeliveredRepository | null;
  /** Never throws: unreadable parts are left out or null, and noted. */
  read: (unread: Unread) => Listed;
};

/** A recognised body, or every reason why it was not. */
export type Recognition = { recognised: RecognisedCommits } | { errors: FieldError[] };

export type ParsedCommits =
  | { kind: 'delivery'; delivery: RecognisedCommits }
  | { kind: 'refused'; problem: Problem };

const EMPTY = 'The body is empty: it lists no commits and names no repository.';

const notACommitDelivery = (errors: FieldError[]): ParsedCommits => ({
  kind: 'refused',
  problem: {
    type: 'not-a-commit-delivery',
    status: 422,
    detail: 'The body is JSON, but not a delivery of commits this service can take; see errors.',
    errors,
  },
});

/**
 * Parses a body and recognises it, or returns the problem for which it is quarantined. Never throws. A problem names
 * paths and rules, never the sender's values.
 */
export const parseBody = (bytes: Uint8Array, recognise: (body: JsonObject) => Recognition): ParsedCommits => {
  const json = readJson(bytes, EMPTY);
  if (json.kind === 'refused') return json;
  if (!isJsonObject(json.value)) return notACommitDelivery([NO_OBJECT]);
  const recognition = recognise(json.value);
  return 'recognised' in recognition
    ? { kind: 'delivery', delivery: recognition.recognised }
    : notACommitDelivery(recognition.errors);
};
