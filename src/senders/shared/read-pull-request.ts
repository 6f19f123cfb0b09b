import type { DeliveredPullRequest } from '../../domain/commit.ts';
import { own } from '../../domain/json.ts';
import type { Read } from '../readers.ts';
import { type Node, need, optional, type Steps } from './node.ts';
import {
  readBranch,
  readFullSha,
  readInstant,
  readMessage,
  readNumber,
  readTitle,
  readUrl,
} from './readers.ts';

/** A host's names for the parts of a pull request; `shas` lead to commits that it is known to contain. */
type Words = {
  id: string;
  title: string;
  /** Where its text is; the first one present is used. */
  bodies: readonly Steps[];
  updated: string;
  /** Reads the host's form of an instant; default: ISO 8601. */
  instant?: Read<number>;
  url: Steps;
  branch: Steps;
  shas: readonly Steps[];
};

/** The text; '' if the host sends null (no text), null if it is missing (unknown). */
const readBodyOf = (node: Node, bodies: readonly Steps[]): string | null => {
  for (const steps of bodies) {
    const body = optional(readMessage, node, steps);
    if (body !== null) return body;
  }
  return bodies.some(([name]) => own(node.object, name) === null) ? '' : null;
};

/** Reads a pull request; null and noted when it has no usable id or title. */
export const readPullRequest = (
  node: Node,
  words: Words,
  repository: string,
): DeliveredPullRequest | null => {
  const id = need(readNumber, node, words.id);
  const title = need(readTitle, node, words.title);
  if (id === null || title === null) {
    node.unread.note(node.path);
    return null;
  }
  const updated_ms = optional(words.instant ?? readInstant, node, [words.updated]);
  const url = optional(readUrl, node, words.url);
  const body = readBodyOf(node, words.bodies);
  const branch = optional(readBranch, node, words.branch);
  const shas = words.shas.map((steps) => optional(readFullSha, node, steps)).filter((sha) => sha !== null);
  return { repository, id, title, body, url, branch, updated_ms, shas: [...new Set(shas)] };
};
