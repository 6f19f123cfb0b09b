import { type DeliveredCommit, isFullSha } from '../../domain/commit.ts';
import type { Read } from '../readers.ts';
import { type Node, need, optional, type Steps } from './node.ts';
import { readAuthorName, readInstant, readMessage, readSha } from './readers.ts';

/** What a host calls the parts of a commit. The first author that has a name is it. */
type Words = {
  sha: string;
  message: string;
  committed: string;
  /** How it writes an instant; default: ISO 8601. */
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
 * A commit in a host's words; null when it has no usable sha or message. A sha that is none of git's is noted. Without
 * a usable time it is a commit all the same: git keeps whatever a wrong clock or a broken tool wrote.
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
