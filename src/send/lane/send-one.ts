import type { Execution } from '../../domain/execution.ts';
import { describeFault, UnavailableError } from '../../errors/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Count } from '../../platform/metrics.ts';
import { retry } from '../../platform/retry.ts';
import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { afterTry, cancelled, crashed, givenBack, isCrashed, type Outcome } from '../rules/outcome.ts';
import type { Keeper } from './keep-state.ts';
import type { LaneRows } from './lane-rows.ts';

/** Sends to the target once, unless what is to be sent is gone. @throws UnavailableError if it cannot be read */
export type Attempting = (
  what: { subscription: SubscriptionRow; execution: Execution; attempt: number; is_probe: boolean },
  signal: AbortSignal,
) => Promise<Outcome | 'nothing-to-send'>;

export type SendDeps = {
  rows: LaneRows;
  attempt: Attempting;
  keeper: Keeper;
  clock: Clock;
  sleep: (ms: number, signal?: AbortSignal) => Promise<unknown>;
  /** From 0 to 1. */
  chance: () => number;
  log: Logger;
  count: Count;
  /** Aborted when the process must end. */
  stop: AbortSignal;
};

/** A claim outlives the longest attempt by this, for the reads before it and the writes after it. */
const SPARE_MS = 30_000;

/** Retry after this if something could not be read, or the fault is ours. */
const FAULT_MS = 30_000;

const FINISH = { tries: 5, first_ms: 200, longest_ms: 3_000, by_chance: 0.5 };

/** Sends one execution, or ends it if nothing is to be sent. Never rejects: it is due again when its claim ends. */
export const sendOne = async (deps: SendDeps, execution: Execution, is_probe: boolean): Promise<void> => {
  try {
    if (isCrashed(execution)) await end(deps, execution);
    else await claimAndSend(deps, execution, is_probe);
  } catch (fault) {
    logFault(deps, execution, fault, 'execution not sent');
  }
};

const end = async ({ rows, clock, count }: SendDeps, execution: Execution): Promise<void> => {
  if ((await rows.change(execution, crashed(execution, clock()))) === 'changed') count('ExecutionsFailed');
};

const claimAndSend = async (deps: SendDeps, execution: Execution, is_probe: boolean): Promise<void> => {
  const now = deps.clock();
  const subscription = deps.keeper.current();
  const claimed = await deps.rows.claim(execution, now + subscription.timeout_seconds * 1_000 + SPARE_MS);
  if (claimed === null) return;
  const outcome = await outcomeOf(deps, subscription, claimed, is_probe);
  const dueMs = execution.due_ms ?? now;
  if (outcome === 'nothing-to-send')
    return give(deps, claimed, cancelled(claimed, 'event-gone', deps.clock()));
  if ('fault' in outcome) return release(deps, claimed, dueMs, outcome.fault);
  deps.keeper.note(outcome);
  const then = { retry: subscription.retry, now_ms: deps.clock(), chance: deps.chance() };
  const after = afterTry(claimed, dueMs, outcome, then);
  await finish(deps, claimed, outcome, after).finally(() => deps.keeper.flush());
};

const outcomeOf = async (
  deps: SendDeps,
  subscription: SubscriptionRow,
  claimed: Execution,
  is_probe: boolean,
): Promise<Outcome | 'nothing-to-send' | { fault: unknown }> => {
  const what = { subscription, execution: claimed, attempt: claimed.attempts + 1, is_probe };
  try {
    return await deps.attempt(what, deps.stop);
  } catch (fault) {
    return { fault };
  }
};

/** Gives the claim back: as far as is known, nothing was sent, and the target is not at fault. */
const release = async (deps: SendDeps, claimed: Execution, dueMs: number, fault: unknown): Promise<void> => {
  if (deps.stop.aborted) return give(deps, claimed, givenBack(claimed, dueMs, false));
  logFault(deps, claimed, fault, 'execution not sent, and given back');
  const isOwn = !(fault instanceof UnavailableError);
  return give(deps, claimed, givenBack(claimed, deps.clock() + FAULT_MS, isOwn));
};

const give = async ({ rows }: SendDeps, claimed: Execution, after: Execution): Promise<void> => {
  await rows.change(claimed, after);
};

/** Stores the attempt, with retries: if it is not stored, the execution is sent again. */
const finish = async (
  deps: SendDeps,
  claimed: Execution,
  { attempt }: Outcome,
  after: Execution,
): Promise<void> => {
  const write = () => deps.rows.finish(claimed, attempt, after);
  if ((await retry(write, FINISH, { sleep: deps.sleep, chance: deps.chance })) === 'lost') return;
  if (after.status === 'completed') deps.count('ExecutionsCompleted');
  if (after.status === 'failed') deps.count('ExecutionsFailed');
};

const logFault = ({ log }: SendDeps, execution: Execution, fault: unknown, message: string): void => {
  const { execution_id, tenant_id } = execution;
  log.error({ execution_id, tenant_id, reason: describeFault(fault) }, message);
};
