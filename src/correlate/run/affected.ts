import pMap from 'p-map';
import { putRef, type RefRow } from '../../store/links/refs.ts';
import { allCandidates } from '../rules/links.ts';
import { AT_A_TIME, type Scope } from './scope.ts';
import { updateIssue } from './update-issue.ts';

/** The issues a commit or pull request belonged to or belongs to now, each with a key that led to it. */
export type Affected = Map<string, Set<string>>;

/** Notes one of the issues. */
export const note = (affected: Affected, issueId: string, keys: Iterable<string>): void => {
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

/** `moved`: rows as they were written that name issues they left, which are to be written next. */
export type Evaluated = { affected: Affected; moved: RefRow[] };

/** Issues written at a time; each has a call under way. */
const ISSUES_AT_A_TIME = 8;

/**
 * Writes the issues that commits came to or went from, and then takes the note of those they left from the
 * commits.
 * @param own an issue that is written afterwards anyway; it waits for that unless a commit left it
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

/** The issues know now. A row that another batch has written since keeps its note, and that batch goes on. */
const forgetLeft = ({ table, tenant, signal }: Scope, moved: RefRow[]): Promise<boolean[]> =>
  pMap(moved, (row) => putRef({ table, tenant, signal }, { ...row, left: [] }), { concurrency: AT_A_TIME });
