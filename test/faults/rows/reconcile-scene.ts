import * as z from 'zod/mini';
import { drawDoings, playStep, type Step, settleIn } from '../../support/reconciled/history.ts';
import { bringToRest, derivedAgainstJira } from '../../support/reconciled/rest.ts';
import { openReconciledWorld, type ReconciledWorld } from '../../support/reconciled/world.ts';
import { tableAgainstJira } from '../../support/scripted-jira/compare.ts';
import { issuesWithoutEvent } from '../check/count-snapshots.ts';
import { readListing } from '../check/read-listing.ts';
import { NOTHING, type Tally } from '../check/tally.ts';
import type { Row, RunOptions } from './row.ts';

/** What a row does with a Jira, its table and who asks. */
export type ReconcileScene = {
  world: ReconciledWorld;
  /** What people do in Jira next, a few things at a time; empty when they are done. */
  doings(): Step[];
  /** Plays them. */
  play(steps: readonly Step[]): Promise<void>;
  /** The fault struck. */
  hit(times?: number): void;
};

type ReconcilePlay = {
  name: string;
  story: string;
  play(scene: ReconcileScene): Promise<void>;
};

const DOINGS = 20;
const AT_A_TIME = 4;

const openScene = (world: ReconciledWorld, seed: number) => {
  const left = drawDoings(seed, DOINGS);
  let hits = 0;
  const scene: ReconcileScene = {
    world,
    doings: () => left.splice(0, AT_A_TIME),
    play: async (steps) => {
      for (const step of steps) await playStep(world, step);
    },
    hit: (times = 1) => {
      hits += times;
    },
  };
  return { scene, hits: () => hits };
};

const listed = z.array(z.looseObject({ event_id: z.string() }));

const doubledEvents = async ({ app, jira }: ReconciledWorld): Promise<number> => {
  const ids = [...jira.site.state.issues.keys()];
  const counts = ids.map(async (id) => {
    const events = listed.parse(await readListing(app.get, `/issues/${id}/events`));
    return events.length - new Set(events.map(({ event_id }) => event_id)).size;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
};

/**
 * Events that were not written after their snapshots. `uncorrelated`: of issues that Jira deleted before anybody read
 * them again, and whose deletion was never delivered: nobody can write them any more.
 */
const countUnwritten = async ({ app, jira }: ReconciledWorld) => {
  const ids = await issuesWithoutEvent(app);
  const lost = ids.filter((id) => jira.site.state.issues.has(Number(id))).length;
  return { lost, uncorrelated: ids.length - lost };
};

/** What is not in the table is lost; what is there and not as in Jira is wrong. */
const tallyOf = async (
  world: ReconciledWorld,
  counted: Pick<Tally, 'hits' | 'recovery_ms'>,
): Promise<Tally> => {
  const differences = await tableAgainstJira(world.jira, world.app.get);
  const missing = differences.filter((difference) => difference.includes('not there'));
  const unwritten = await countUnwritten(world);
  return {
    ...NOTHING,
    ...counted,
    sent: world.taken(),
    acknowledged: world.taken(),
    lost: missing.length + unwritten.lost,
    uncorrelated: unwritten.uncorrelated,
    doubled: await doubledEvents(world),
    wrong_snapshots: differences.length - missing.length,
    wrong_correlations: (await derivedAgainstJira(world)).length,
  };
};

const run = async ({ play }: ReconcilePlay, { seed, pool }: RunOptions): Promise<Tally> => {
  await using engine = await pool.take();
  const kind = seed % 2 === 0 ? 'cloud' : 'data-center-10';
  const world = await openReconciledWorld({ endpoint: engine.endpoint(), kind, seed });
  try {
    settleIn(world);
    await world.jira.sending.arrived();
    const { scene, hits } = openScene(world, seed);
    await play(scene);
    const healedAt = performance.now();
    await bringToRest(world);
    const recovery_ms = Math.round(performance.now() - healedAt);
    return await tallyOf(world, { hits: hits(), recovery_ms });
  } finally {
    await world.close();
  }
};

/** A row in which Jira is asked too, and that ends when all is at rest. */
export const reconcileRow = (play: ReconcilePlay): Row => ({
  name: play.name,
  story: play.story,
  run: (options) => run(play, options),
});
