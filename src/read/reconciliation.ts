import { toPhoenixIso } from '../domain/instant.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { jsonResponse } from '../http/response.ts';
import { type Checkpoint, NEW_CHECKPOINT, readCheckpoints, sumDrift } from '../store/reconcile/checkpoint.ts';
import type { ReadDeps } from './listing.ts';

/** `GET /reconciliation`. Suspects are not evaluated yet, so `suspects` is 0 and `held` is empty. */
export const getReconciliation =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async (_request, _argument, { received_ms: now, signal }) => {
    const checkpoints = await readCheckpoints({ table, tenant, signal });
    const loop = (name: string) => describe(checkpoints.get(name) ?? NEW_CHECKPOINT);
    const all = [...checkpoints.values()];
    const drifts = all.map(({ drift }) => drift);
    return jsonResponse(200, {
      loops: { updates: loop('updates'), census: loop('census') },
      drift: { ...sumDrift(drifts, now), at: lastCompared(all) },
      suspects: 0,
      held: [],
      generated_at: toPhoenixIso(now),
    });
  };

const describe = ({ under_way, counters, last }: Checkpoint<unknown>) => ({
  running: under_way,
  counters,
  last_complete: last && {
    started_at: toPhoenixIso(last.began_ms),
    ended_at: toPhoenixIso(last.ended_ms),
    counters: last.counters,
  },
});

/** When the last complete run that compared bodies ended; null before the first. */
const lastCompared = (all: readonly Checkpoint<unknown>[]): string | null => {
  const ended = all.flatMap(({ last }) => (last && last.counters.compared > 0 ? [last.ended_ms] : []));
  return ended.length === 0 ? null : toPhoenixIso(Math.max(...ended));
};
