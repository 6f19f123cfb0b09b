import { readEnv } from '../contract/env.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/logger.ts';
import { openMetrics } from '../platform/metrics.ts';
import { giveTurn } from '../reconcile/give-turn.ts';
import { openTurn } from '../reconcile/open-turn.ts';
import type { TurnReport } from '../reconcile/turn.ts';
import { HOME, openEvents, openTable } from '../wiring/open.ts';

const env = readEnv(process.env);
const events = openEvents(env, openTable(env));
const deps = openTurn(env, { events, tenant: HOME, clock: systemClock, log: createLogger(env) });
const count = openMetrics(env);

/** Lambda entry of reconciliation, run on a schedule. */
export const handler = (): Promise<TurnReport> => giveTurn(deps, count);
