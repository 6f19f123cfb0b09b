import { parseCommitInstant } from '../../domain/commit.ts';
import { LAST_INSTANT_MS } from '../../domain/instant.ts';
import type { Json } from '../../domain/json.ts';
import type { DeliveredRepository } from '../../domain/repository.ts';
import type { RecognisedCommits } from './recognised.ts';

/** GitHub writes some instants as ISO 8601 and some in seconds. */
const readInstant = (value: Json): number | null => {
  if (typeof value === 'string') return parseCommitInstant(value);
  const ms = typeof value === 'number' ? value * 1000 : -1;
  return Number.isSafeInteger(ms) && ms >= 0 && ms <= LAST_INSTANT_MS ? ms : null;
};

/** The latest instant among these; null when none can be read. */
const latest = (at: Json[]): number | null => {
  const instants = at.flatMap((value) => readInstant(value) ?? []);
  return instants.length === 0 ? null : Math.max(...instants);
};

/** The repository a delivery is about, with the host's id of it, and the name it had before. */
export const readRepository = (recognised: RecognisedCommits): DeliveredRepository | null => {
  if (recognised.kind === 'nothing_listed' || recognised.kind === 'ping') return null;
  const name = recognised.repository;
  if (recognised.kind === 'listed_commits') return { name, id: null, renamed: null };
  const id = recognised.host_id ?? null;
  if (recognised.kind !== 'renamed') return { name, id, renamed: null };
  return { name, id, renamed: { from: recognised.from, at_ms: latest(recognised.at) } };
};
