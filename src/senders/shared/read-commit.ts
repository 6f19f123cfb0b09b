import { type DeliveredCommit, isFullSha } from '../../domain/commit.ts';
import type { Read } from '../readers.ts';
import { type Node, need, optional, type Steps } from './node.ts';
import { readAuthorName, readInstant, readMessage, readSha } from './readers.ts';

/** A host's names for the parts of a commit. Of `authors`, the first one with a name is used. */
type Words = {
  sha: string;
  message: string;
  committed: string;
  /** Reads the host's form of an instant; default: ISO 8601. */
  instant?: Read<number>;
  authors: readonly Steps[];
};

const firstName = (node: Node, authors: readonly Steps[]): string | null => {
  for (const steps of authors) {
    const name = optional(readAuthorName, node, steps);
    if (name !== null) return name;
  }
  return null;
};

/**
 * Reads a commit; null when it has no usable sha or message. A sha that is not a full git sha is noted. A commit
 * without a usable time is kept, because git stores whatever a wrong clock or a broken tool wrote.
 */
export const readCommit = (
  node: Node,
  words: Words,
  { repository, branch }: { repository: string; branch: string | null },
): DeliveredCommit | null => {
  const sha = need(readSha, node, words.sha);
  const message = need(readMessage, node, words.message);
  if (sha === null || message === null) return null;
  if (!isFullSha(sha)) node.unread.note(`${node.path}.${words.sha}`);
  const committed_ms = optional(words.instant ?? readInstant, node, [words.committed]);
  const author_name = firstName(node, words.authors);
  return { repository, sha, message, author_name, committed_ms, branch, pull_request: null };
};
