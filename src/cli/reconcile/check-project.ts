import { readEnv } from '../../contract/env.ts';
import type { SweepDeps } from '../../correlate/run/sweep-events.ts';
import { isInScope } from '../../reconcile/scope.ts';
import { listProjects } from '../../store/reconcile/projects.ts';
import { UsageError } from '../shared/command.ts';
import { itemDeadline } from '../shared/connection.ts';

/** @throws UsageError for a project that RECONCILE_PROJECTS leaves out, whichever of its keys either names */
export const checkProject = async ({ table, tenant }: SweepDeps, key: string): Promise<void> => {
  const named = readEnv(process.env).RECONCILE_PROJECTS ?? null;
  if (isInScope([key], named)) return;
  for await (const { keys } of listProjects({ table, tenant, newSignal: itemDeadline }))
    if (isInScope(keys, [key]) && isInScope(keys, named)) return;
  throw new UsageError(`${key} is none of RECONCILE_PROJECTS: add it there, or leave that unset`);
};
