import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { depth } from '../../support/depth.ts';
import { historyOf, playHistory, type Step } from '../../support/reconciled/history.ts';
import { bringToRest, differencesFromJira } from '../../support/reconciled/rest.ts';
import { openReconciledWorld } from '../../support/reconciled/world.ts';
import type { JiraKind } from '../../support/scripted-jira/scripted-jira.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();

const LIMIT_MS = depth(60_000, 1_800_000);

/** What is not as it is in Jira when the history has come to rest. */
const endOf = async (kind: JiraKind, seed: number, steps: readonly Step[]): Promise<string[]> => {
  const world = await openReconciledWorld({ endpoint: engine.endpoint, kind, seed });
  try {
    await playHistory(world, steps);
    await bringToRest(world);
    expect(world.jira.most_at_once).toBeLessThanOrEqual(4);
    return await differencesFromJira(world);
  } finally {
    await world.close();
  }
};

describe('any history of a Jira, whatever happens to its webhooks and to who asks', () => {
  it.each(['cloud', 'data-center-10'] as const)(
    'of %s ends with the table as Jira is, because a row is the maximum of all that was seen',
    { tags: ['deep'], timeout: LIMIT_MS },
    async (kind) => {
      const history = fc.asyncProperty(fc.nat(), historyOf(depth(30, 60)), async (seed, steps) => {
        expect(await endOf(kind, seed, steps)).toEqual([]);
      });
      await fc.assert(history, { numRuns: depth(1, 8) });
    },
  );
});
