import { readEnv } from '../../contract/env.ts';
import type { SweepDeps } from '../../correlate/run/sweep-events.ts';
import { toUtcIso } from '../../domain/instant.ts';
import { openTurn } from '../../reconcile/open-turn.ts';
import { isInScope } from '../../reconcile/scope.ts';
import type { TurnDeps } from '../../reconcile/session.ts';
import type { TurnFault } from '../../store/reconcile/lease.ts';
import { listProjects } from '../../store/reconcile/projects.ts';
import { CommandError, UsageError } from '../shared/command.ts';
import { itemDeadline } from '../shared/connection.ts';

/** The dependencies of a turn, on the table of the command. */
export const openDeps = (store: SweepDeps): TurnDeps => {
  const { table, rawBodies, retention_days, tenant, clock, log } = store;
  return openTurn(readEnv(process.env), { events: { table, rawBodies, retention_days }, tenant, clock, log });
};

/** @param fault what the last turn ended with: Jira asked for a pause, or could not be reached */
export const tooEarly = (untilMs: number, fault: TurnFault | null): CommandError => {
  const why = fault === null ? '' : ` At ${toUtcIso(fault.at_ms)} the last turn ended with: ${fault.message}`;
  return new CommandError(`Jira accepts no requests before ${toUtcIso(untilMs)}: try again then.${why}`);
};

/** @throws UsageError for a project outside RECONCILE_PROJECTS; both may name any of the project's keys */
export const checkProject = async ({ table, tenant }: SweepDeps, key: string): Promise<void> => {
  const named = readEnv(process.env).RECONCILE_PROJECTS ?? null;
  if (isInScope([key], named)) return;
  for await (const { keys } of listProjects({ table, tenant, newSignal: itemDeadline }))
    if (isInScope(keys, [key]) && isInScope(keys, named)) return;
  throw new UsageError(`${key} is none of RECONCILE_PROJECTS: add it there, or leave that unset`);
};
