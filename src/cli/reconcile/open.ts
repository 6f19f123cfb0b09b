import { readEnv } from '../../contract/env.ts';
import type { SweepDeps } from '../../correlate/run/sweep-events.ts';
import { openTurn } from '../../reconcile/open-turn.ts';
import type { TurnDeps } from '../../reconcile/session.ts';

/** What a turn needs, on the table of the command. */
export const openDeps = (store: SweepDeps): TurnDeps => {
  const { table, rawBodies, retention_days, tenant, clock, log } = store;
  return openTurn(readEnv(process.env), { events: { table, rawBodies, retention_days }, tenant, clock, log });
};
