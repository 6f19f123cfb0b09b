import { type BatchDeps, TRY_MS } from './batch-deps.ts';
import { NOTHING, runUnit, type Tried, type UnitResult } from './run-unit.ts';

/** How long units may take, in milliseconds. */
export type Limits = {
  /** One try at a delivery of commits among the others of a batch: what takes longer waits until they are written down. */
  together_ms: number;
  /** The same for an issue: 64 of them are at work at a time. */
  issue_ms: number;
  /** One try alone. */
  alone_ms: number;
  /** After so much of a batch no unit is tried alone any more: Lambda ends a function after 900 s. */
  batch_ms: number;
};

export const LIMITS: Limits = { together_ms: 20_000, issue_ms: 30_000, alone_ms: TRY_MS, batch_ms: 600_000 };

/** What is the only unit of its batch is alone from the first. */
export const limitsFor = (units: number, limits: Limits): Limits =>
  units > 1 ? limits : { ...limits, together_ms: limits.alone_ms, issue_ms: limits.alone_ms };

const TRIES_ALONE = 2;

type Late = Tried & { status: 'late' };

/** Nobody knows yet how long it takes alone: the sweep tries it. */
const putOff = ({ unit, attempts }: Late): UnitResult => ({
  unit,
  status: 'failed',
  attempts,
  touched: NOTHING,
  reason: 'its batch had no time left for it',
  retryable: true,
});

/** Its own time is up: it would be each time. */
const tooLong = ({ unit, attempts }: Late, { alone_ms }: Limits): UnitResult => ({
  unit,
  status: 'failed',
  attempts,
  touched: NOTHING,
  reason: `not done within ${alone_ms / 1000} s`,
  retryable: false,
});

/** Tries a unit whose time was up again, with nothing beside it. `usedMs`: how long its batch has taken. */
export const runAlone = async (
  deps: BatchDeps,
  late: Late,
  limits: Limits,
  usedMs: number,
): Promise<UnitResult> => {
  if (usedMs > limits.batch_ms) return putOff(late);
  let tried: Tried = late;
  for (let tries = 0; tries < TRIES_ALONE && tried.status === 'late'; tries += 1) {
    const allowed = { tries: TRIES_ALONE - tries, try_ms: limits.alone_ms, before: tried.attempts };
    tried = await runUnit(deps, late.unit, allowed);
  }
  return tried.status === 'late' ? tooLong(tried, limits) : tried;
};
