import type { RefRow } from '../../store/links/refs.ts';
import { allCandidates } from '../rules/links.ts';

/** The issues a commit or pull request belonged to or belongs to now, each with a key that led to it. */
export type Affected = Map<string, Set<string>>;

const note = (affected: Affected, issueId: string, keys: string[]): void => {
  const noted = affected.get(issueId) ?? new Set();
  for (const key of keys) noted.add(key);
  affected.set(issueId, noted);
};

/** Notes the issues of a row as it was written. `resolved`: the issue each of its keys means. */
export const noteRow = (affected: Affected, row: RefRow, resolved: ReadonlyMap<string, string>): void => {
  const naming = (id: string) => allCandidates(row.state).filter((key) => resolved.get(key) === id);
  for (const id of row.left) note(affected, id, []);
  for (const id of row.links?.issue_ids ?? []) note(affected, id, naming(id));
};
