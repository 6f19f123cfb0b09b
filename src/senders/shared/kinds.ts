import {
  type DeliveredCommit,
  type DeliveredPullRequest,
  isPullRequestId,
  parseCommitInstant,
} from '../../domain/commit.ts';
import { LAST_INSTANT_MS } from '../../domain/instant.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { isRepositoryName } from '../../domain/repository.ts';
import type { CommitSource } from '../../domain/source.ts';
import type { Unread } from '../readers.ts';
import type { RecognisedCommits, Recognition } from './recognised.ts';
import { textAt, valueAt } from './rules.ts';

/** A repository by its name; `id` is the host's own, null if it sends none that can be compared. */
type Repository = { name: string; id: string | null };

/** A host's id of a repository, prefixed with the host's name; null if it cannot be compared. */
export const hostId = (host: CommitSource, body: JsonObject, ...steps: string[]): string | null => {
  const id = valueAt(body, ...steps);
  const text = Number.isSafeInteger(id) ? String(id) : id;
  return typeof text === 'string' && isPullRequestId(text) ? `${host}:${text}` : null;
};

/** A push. */
export const pushOf = (
  event_type: string,
  repository: Repository,
  read: (unread: Unread) => DeliveredCommit[],
): RecognisedCommits => ({
  event_type,
  nature: 'known',
  repository: { ...repository, renamed: null },
  read: (unread) => ({ commits: read(unread), pull_requests: [] }),
});

/** An event that describes a pull request. */
export const pullRequestOf = (
  event_type: string,
  repository: Repository,
  read: (unread: Unread) => DeliveredPullRequest | null,
): RecognisedCommits => ({
  event_type,
  nature: 'known',
  repository: { ...repository, renamed: null },
  read: (unread) => {
    const described = read(unread);
    return { commits: [], pull_requests: described ? [described] : [] };
  },
});

const readsNothing = () => ({ commits: [], pull_requests: [] });

/** A connection test of the host. */
export const pingOf = (event_type: string): Recognition => ({
  recognised: { event_type, nature: 'ping', repository: null, read: readsNothing },
});

/** GitHub writes some instants as ISO 8601 and some in seconds. */
const readInstant = (value: Json): number | null => {
  if (typeof value === 'string') return parseCommitInstant(value);
  const ms = typeof value === 'number' ? value * 1000 : -1;
  return Number.isSafeInteger(ms) && ms >= 0 && ms <= LAST_INSTANT_MS ? ms : null;
};

/** The latest of these instants; null when none can be read. */
const latest = (at: Json[]): number | null => {
  const instants = at.flatMap((value) => readInstant(value) ?? []);
  return instants.length === 0 ? null : Math.max(...instants);
};

/**
 * A rename, or null if either name is invalid: such an event is recorded without a rename.
 * @param at properties of `repository` with the time of the rename, or an earlier time
 */
export const renameOf = (
  event_type: string,
  body: JsonObject,
  from: string,
  { id, at }: { id: string | null; at: string[] },
): Recognition | null => {
  const name = textAt(body, 'repository', 'full_name');
  if (name === undefined || !isRepositoryName(name) || !isRepositoryName(from)) return null;
  const at_ms = latest(at.map((property) => valueAt(body, 'repository', property) ?? null));
  const repository = { name, id, renamed: { from, at_ms } };
  return { recognised: { event_type, nature: 'known', repository, read: readsNothing } };
};
