import * as z from 'zod/mini';
import { DAY_MS } from '../domain/instant.ts';
import { readCheckpoint } from '../store/reconcile/checkpoint.ts';
import type { TurnRow } from '../store/reconcile/lease.ts';
import { placeOf, type TurnDeps } from './session.ts';
import { updatesLoop } from './updates.ts';

/** True on the first day until there was a complete run: a new deployment has no token of Jira yet. */
export const isStarting = async (deps: TurnDeps, turn: TurnRow | null): Promise<boolean> => {
  if (turn?.first_ms == null || deps.clock() - turn.first_ms >= DAY_MS) return false;
  return (await readCheckpoint(placeOf(deps), updatesLoop.name, z.unknown())).last === null;
};
