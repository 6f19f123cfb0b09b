import type { Attempt, Execution } from '../../domain/execution.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { putIf } from '../calls/conditional-write.ts';
import { getItem, type Item, type Key, type TableCall } from '../calls/table.ts';
import { transact, type Write } from '../calls/transact.ts';
import { attemptKey } from './execution-keys.ts';
import { attemptItem, executionItem } from './execution-row.ts';

/** Who claims, when, and when it is due again unless an attempt was written. `owner`: no two have the same name. */
export type Claim = { owner: string; now_ms: number; until_ms: number };

/**
 * Takes an execution for one attempt, if nobody has written it since it was read. Of two that claim the same, one gets it.
 * A claim of our own whose answer got lost is known by its owner.
 * @returns the execution as it is now, null when somebody else was faster
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

/** So many attempts of an execution are kept. */
const MOST_ATTEMPTS = 20;

/**
 * Writes an attempt and what became of the execution by it: both or nothing, and only while the claim is still ours.
 * @param claimed as `claimExecution` gave it
 * @param after its revision and its counts of attempts and claims are set here
 * @returns `lost` when the lease was over and somebody else has written
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

/** An attempt of this claim is there: it was written by a try whose answer got lost. */
const isOurs = async (place: TableCall, { pk, sk, claim }: Item & Key): Promise<boolean> =>
  (await getItem(place, { pk, sk }))?.claim === claim;

/**
 * Writes what became of an execution without an attempt: it is queued again, cancelled, or given up.
 * @param after its revision is set here
 * @returns `stale` when it has been written since it was read
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

/** Whoever wrote it: what was to be written is there. */
const isSame = (one: unknown, other: unknown): boolean =>
  one instanceof Uint8Array && other instanceof Uint8Array && Buffer.compare(one, other) === 0;
