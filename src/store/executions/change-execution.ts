import type { Attempt, Execution } from '../../domain/execution.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { putIf } from '../calls/conditional-write.ts';
import { getItem, type Item, type Key, type TableCall } from '../calls/table.ts';
import { transact, type Write } from '../calls/transact.ts';
import { attemptKey } from './execution-keys.ts';
import { attemptItem, executionItem } from './execution-row.ts';

/** Who claims, when, and when the execution is due again unless an attempt is stored. `owner`: a unique id. */
export type Claim = { owner: string; now_ms: number; until_ms: number };

/**
 * Claims an execution for one attempt, unless it was written since it was read: of two concurrent claims, one succeeds.
 * A claim of our own whose answer was lost is recognised by its owner.
 * @returns the execution as it is now, null if another process was faster
 * @throws UnavailableError: it may have been claimed
 */
export const claimExecution = async (
  place: TableCall,
  execution: Execution,
  { owner, now_ms, until_ms }: Claim,
): Promise<Execution | null> => {
  const claimed: Execution = {
    ...execution,
    status: 'in_progress',
    claims: execution.claims + 1,
    due_ms: until_ms,
    started_ms: execution.started_ms ?? now_ms,
    rev: execution.rev + 1,
  };
  const result = await putIf(place, { item: executionItem(claimed, owner), ...unchanged(execution) });
  if (result.written) return claimed;
  const row = await result.row();
  return row?.rev === claimed.rev && row.claimed_by === owner ? claimed : null;
};

const unchanged = ({ rev }: Execution) => ({ condition: 'rev = :before', values: { ':before': rev } });

/** Attempts that are kept of an execution. */
const MOST_ATTEMPTS = 20;

/**
 * Writes an attempt and the execution after it, in one transaction, and only while the claim is still ours.
 * @param claimed as `claimExecution` returned it
 * @param after its revision and its counts of attempts and claims are set here
 * @returns `lost` if the claim had ended and another process has written
 * @throws UnavailableError: it may have been written
 */
export const finishAttempt = async (
  place: TableCall,
  claimed: Execution,
  attempt: Attempt,
  after: Execution,
): Promise<'written' | 'lost'> => {
  const revised = { ...after, rev: claimed.rev + 1, attempts: attempt.attempt, claims: 0 };
  const item = attemptItem(claimed, attempt);
  const writes: Write[] = [
    { kind: 'put', item: executionItem(revised), ...unchanged(claimed) },
    { kind: 'put', item },
  ];
  const old = attempt.attempt - MOST_ATTEMPTS;
  if (old > 0) writes.push({ kind: 'delete', key: attemptKey(claimed.execution_id, old) });
  try {
    const done = await transact(place, writes);
    return done.written || (await isOurs(place, item)) ? 'written' : 'lost';
  } catch (fault) {
    if (fault instanceof UnavailableError && (await isOurs(place, item))) return 'written';
    throw fault;
  }
};

/** True if an attempt of this claim is stored: it was written by a try whose answer was lost. */
const isOurs = async (place: TableCall, { pk, sk, claim }: Item & Key): Promise<boolean> =>
  (await getItem(place, { pk, sk }))?.claim === claim;

/**
 * Writes a change of an execution without an attempt: it is queued again, cancelled, or given up.
 * @param after its revision is set here
 * @returns `stale` if it was written since it was read
 * @throws UnavailableError
 */
export const changeExecution = async (
  place: TableCall,
  before: Execution,
  after: Execution,
): Promise<'changed' | 'stale'> => {
  const item = executionItem({ ...after, rev: before.rev + 1 });
  const result = await putIf(place, { item, ...unchanged(before) });
  if (result.written) return 'changed';
  const row = await result.row();
  return row !== null && isSame(row.body, item.body) ? 'changed' : 'stale';
};

/** What was to be written is stored, whichever process wrote it. */
const isSame = (one: unknown, other: unknown): boolean =>
  one instanceof Uint8Array && other instanceof Uint8Array && Buffer.compare(one, other) === 0;
