import {
  ConfigError,
  describeFault,
  RefusedItemError,
  UnavailableError,
  UnreadableRowError,
} from '../errors/errors.ts';
import { JiraError, type JiraFault } from '../jira/jira-error.ts';
import { newRunId } from '../platform/run-id.ts';
import {
  heldUntil,
  readTurn,
  releaseLease,
  type TurnFault,
  type TurnRow,
  takeLease,
} from '../store/reconcile/lease.ts';
import { type Loop, LoopError, type LoopReport } from './loop.ts';
import { LeaseLostError, openSession, placeOf, type Session, type TurnDeps } from './session.ts';

export type TurnOptions = {
  /** Run in this order. */
  loops: readonly Loop[];
  /** Epoch milliseconds: nothing is started after that. Null: everything is completed. */
  until_ms: number | null;
  /** Ends the turn earlier, between two pages. */
  stop?: AbortSignal;
  /** Also run what is not due yet. */
  now?: boolean;
};

/**
 * `held`: another runner holds the lease, until then unless it renews it. `waiting`: Jira asked us to wait until then.
 * In both cases Jira was not asked. `lost`: another runner took over.
 */
export type TurnReport =
  | { outcome: 'held' | 'waiting'; until_ms: number; loops: [] }
  | { outcome: 'done' | 'failed' | 'lost'; fault: string | null; loops: LoopReport[] };

/**
 * Runs one turn: takes the lease, runs the loops that are due, in order, and ends in time. A fault of Jira or of the
 * table does not throw: the report has a message for people, and what was done before the fault stays done.
 * @throws UnavailableError, UnreadableRowError when it cannot even begin
 */
export const runTurn = async (deps: TurnDeps, options: TurnOptions): Promise<TurnReport> => {
  const now = deps.clock();
  const before = await readTurn(placeOf(deps));
  const held = heldUntil(before);
  if (held !== null && held > now) return { outcome: 'held', until_ms: held, loops: [] };
  if (before?.not_before && before.not_before > now)
    return { outcome: 'waiting', until_ms: before.not_before, loops: [] };
  const lease = await takeLease(placeOf(deps), before, newRunId(now), now);
  if (lease === null) return { outcome: 'held', until_ms: now, loops: [] };
  return work(deps, lease, options);
};

/** Why a turn, or one of its loops, ended early. */
type Ended = { message: string; not_before: number | null; ends_turn: boolean };

const work = async (deps: TurnDeps, lease: TurnRow, options: TurnOptions): Promise<TurnReport> => {
  const opened = openSession(deps, lease, options);
  const loops: LoopReport[] = [];
  const faults: Ended[] = [];
  for (const loop of options.loops) {
    if (opened.session.isOver() || faults.some(({ ends_turn }) => ends_turn)) break;
    const { report, fault } = await runLoop(loop, opened.session, options.now === true);
    if (report) loops.push(report);
    if (fault instanceof LeaseLostError) return { outcome: 'lost', fault: null, loops };
    if (fault !== null) faults.push(explain(fault, deps.clock()));
  }
  await leave(deps, opened.lease(), faults, opened.heldUntil());
  return {
    outcome: faults.length > 0 ? 'failed' : 'done',
    fault: faults.map(({ message }) => message).join('\n') || null,
    loops,
  };
};

type Ran = { report: LoopReport | null; fault: unknown };

const runLoop = async (loop: Loop, session: Session, now: boolean): Promise<Ran> => {
  try {
    return { report: await loop.turn(session, now), fault: null };
  } catch (fault) {
    if (fault instanceof LoopError) return { report: fault.report, fault: fault.cause };
    return { report: null, fault };
  }
};

/** Faults that every further request would meet too. */
const FOR_ALL: readonly JiraFault[] = ['login', 'redirect', 'not_json', 'busy', 'down'];

/** The wait if Jira names no time: it is over before the next scheduled turn. */
const WAIT_MS = 60_000;

/** @throws the fault itself when it is a bug */
const explain = (fault: unknown, nowMs: number): Ended => {
  if (fault instanceof JiraError) {
    const isPassing = fault.fault === 'busy' || fault.fault === 'down';
    const not_before = fault.not_before ?? (isPassing ? nowMs + WAIT_MS : null);
    return { message: fault.message, not_before, ends_turn: FOR_ALL.includes(fault.fault) };
  }
  if (fault instanceof UnavailableError || fault instanceof RefusedItemError)
    return {
      message: `${fault.message}; the next turn goes on from here.`,
      not_before: null,
      ends_turn: fault instanceof UnavailableError,
    };
  const isForPeople = fault instanceof UnreadableRowError || fault instanceof ConfigError;
  const message = isForPeople ? fault.message : `an unexpected fault: ${describeFault(fault)}`;
  // Without a login no loop can ask Jira anything.
  return { message, not_before: null, ends_turn: fault instanceof ConfigError };
};

/** Releases the lease, best effort: if the table is down, the lease expires by itself. */
const leave = async (
  deps: TurnDeps,
  lease: TurnRow,
  faults: readonly Ended[],
  heldUntil: number | null,
): Promise<void> => {
  const waits = [heldUntil, ...faults.map(({ not_before }) => not_before)].filter((at) => at !== null);
  const message = faults.map((one) => one.message).join('\n');
  const fault: TurnFault | null = faults.length === 0 ? null : { at_ms: deps.clock(), message };
  const not_before = waits.length === 0 ? null : Math.max(...waits);
  await releaseLease(placeOf(deps), lease, { not_before, fault }).catch((failed) => {
    deps.log.warn({ reason: describeFault(failed) }, 'the lease of reconciliation ends by itself');
  });
};
