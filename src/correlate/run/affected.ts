import pMap from 'p-map';
import { putRef, type RefRow } from '../../store/links/refs.ts';
import { allCandidates } from '../rules/links.ts';
import { AT_A_TIME, type Scope } from './scope.ts';
import { updateIssue } from './update-issue.ts';

/** The issues that commits or pull requests belong to or belonged to, by id, each with the keys that led to it. */
export type Affected = Map<string, Set<string>>;

/** Adds an issue, or more keys to one that is there. */
export const note = (affected: Affected, issueId: string, keys: Iterable<string>): void => {
  const noted = affected.get(issueId) ?? new Set();
  for (const key of keys) noted.add(key);
  affected.set(issueId, noted);
};

/** Adds the issues that a row, as written, belongs to or left. `resolved`: the issue that each key means. */
export const noteRow = (affected: Affected, row: RefRow, resolved: ReadonlyMap<string, string>): void => {
  const naming = (id: string) => allCandidates(row.state).filter((key) => resolved.get(key) === id);
  for (const id of row.left) note(affected, id, []);
  for (const id of row.links?.issue_ids ?? []) note(affected, id, naming(id));
};

/** `moved`: rows, as they were written, that still list issues they left; those issues are to be written next. */
export type Evaluated = { affected: Affected; moved: RefRow[] };

/** Issues written in parallel; each has one call in flight. */
const ISSUES_AT_A_TIME = 8;

/**
 * Writes the issues that gained, kept or lost commits, and then removes from the commits the list of issues they left.
 * @param own an issue that the caller writes afterwards: it is written here only if a commit left it
 */
export const updateAffected = async (
  scope: Scope,
  { affected, moved }: Evaluated,
  own: string | null,
): Promise<void> => {
  const left = new Set(moved.flatMap((row) => row.left));
  const due = [...affected].filter(([id]) => id !== own || left.has(id));
  await pMap(due, ([id, hints]) => updateIssue(scope, id, { settled: null, hints, linksChanged: true }), {
    concurrency: ISSUES_AT_A_TIME,
  });
  await forgetLeft(scope, moved);
};

/** Clears `left`: those issues are written. A row that a concurrent run has written since is left to that run. */
const forgetLeft = ({ table, tenant, signal }: Scope, moved: RefRow[]): Promise<boolean[]> =>
  pMap(moved, (row) => putRef({ table, tenant, signal }, { ...row, left: [] }), { concurrency: AT_A_TIME });
