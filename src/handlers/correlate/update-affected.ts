import { eachLimit } from '../../platform/each-limit.ts';
import { putRef, type RefRow } from '../../store/ref-row.ts';
import type { Evaluated } from './evaluate-refs.ts';
import { AT_A_TIME, type Scope } from './scope.ts';
import { updateIssue } from './update-issue.ts';

/** Issues written at a time; each has a call under way. */
const ISSUES_AT_A_TIME = 8;

/** The issues know now. A row that another batch has written since keeps its note, and that batch goes on. */
const forgetLeft = ({ table, tenant, signal }: Scope, moved: RefRow[]): Promise<boolean[]> =>
  eachLimit(moved, AT_A_TIME, (row) => putRef(table, tenant, { ...row, left: [] }, signal));

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
  await eachLimit(due, ISSUES_AT_A_TIME, ([id, hints]) =>
    updateIssue(scope, id, { settled: null, hints, linksChanged: true }),
  );
  await forgetLeft(scope, moved);
};
