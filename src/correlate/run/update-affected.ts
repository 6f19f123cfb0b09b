import pMap from 'p-map';
import { putRef, type RefRow } from '../../store/links/refs.ts';
import type { Evaluated } from './evaluate-refs.ts';
import { AT_A_TIME, type Scope } from './scope.ts';
import { updateIssue } from './update-issue.ts';

/** Issues written at a time; each has a call under way. */
const ISSUES_AT_A_TIME = 8;

/** The issues know now. A row that another batch has written since keeps its note, and that batch goes on. */
const forgetLeft = ({ table, tenant, signal }: Scope, moved: RefRow[]): Promise<boolean[]> =>
  pMap(moved, (row) => putRef({ table, tenant, signal }, { ...row, left: [] }), { concurrency: AT_A_TIME });

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
