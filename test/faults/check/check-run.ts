import type { Drawn } from '../sender/drawn-deliveries.ts';
import type { Result } from '../sender/jira-model.ts';
import type { World } from '../world/world.ts';
import { countCorrelations } from './count-correlations.ts';
import { countDoubled, countLost, countWrongOutcomes, readEvents } from './count-events.ts';
import { countSnapshots } from './count-snapshots.ts';
import { distinct, idOf, issueDeliveries } from './judged.ts';
import type { Tally } from './tally.ts';

/**
 * Counts what one run came to, from the rows and the read side alone. A delivery that was never acknowledged
 * counts for the oracle if its event is there: Jira may have given up after it was stored.
 */
export const checkRun = async (
  { reader }: World,
  { projects, repositories }: Drawn,
  results: readonly Result[],
  { hits, uncorrelated, recovery_ms }: Pick<Tally, 'hits' | 'uncorrelated' | 'recovery_ms'>,
): Promise<Tally> => {
  const stored = await readEvents(reader);
  const taken = results
    .map(({ outgoing, event_id }) => ({ outgoing, isAcknowledged: event_id !== null }))
    .filter(({ outgoing, isAcknowledged }) => isAcknowledged || stored.has(idOf(outgoing)))
    .map(({ outgoing }) => outgoing);
  const snapshots = await countSnapshots(reader, issueDeliveries(taken));
  const steps = taken.map(({ step }) => step);
  const correlations = await countCorrelations(reader, steps, { projects, repositories });
  const bytes = [...distinct(results).values()];
  return {
    hits,
    sent: bytes.length,
    acknowledged: bytes.filter((own) => own.some(({ event_id }) => event_id !== null)).length,
    lost: countLost(results, stored) + snapshots.lost,
    doubled: (await countDoubled(reader, results, stored)) + correlations.doubled,
    wrong_snapshots: snapshots.wrong,
    wrong_outcomes: countWrongOutcomes(results, stored),
    wrong_correlations: correlations.wrong,
    uncorrelated,
    recovery_ms,
  };
};
