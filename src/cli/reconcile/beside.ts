import type { SweepDeps } from '../../correlate/run/sweep-events.ts';
import { toUtcIso } from '../../domain/instant.ts';
import { heldUntil, readTurn } from '../../store/reconcile/lease.ts';
import { CommandError } from '../shared/command.ts';
import { itemDeadline } from '../shared/connection.ts';

/**
 * Before Jira is asked without the lease: nobody is waited for, and people are told of whoever is at work.
 * @throws CommandError while Jira wants to hear nothing
 */
export const goBeside = async (store: SweepDeps): Promise<void> => {
  const turn = await readTurn({ ...store, signal: itemDeadline() });
  const now = store.clock();
  if (turn?.not_before && turn.not_before > now) throw tooEarly(turn.not_before);
  if ((heldUntil(turn) ?? 0) > now)
    console.error(
      'Another runner is at work: until it ends, both together may ask more than RECONCILE_RATE.',
    );
};

export const tooEarly = (untilMs: number): CommandError =>
  new CommandError(`Jira accepts no requests before ${toUtcIso(untilMs)}: try again then.`);
