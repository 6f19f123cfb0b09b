import { SECRET } from '../../support/app.ts';
import { type Random, randomOf } from '../../support/random.ts';
import { checkRun } from '../check/check-run.ts';
import { issuesWithoutEvent } from '../check/count-snapshots.ts';
import type { Tally } from '../check/tally.ts';
import { type Drawn, drawDeliveries, type Outgoing, type Retell } from '../sender/drawn-deliveries.ts';
import { type Result, type SenderSettings, sendAll, type Target } from '../sender/jira-model.ts';
import { secretOf } from '../sender/post-once.ts';
import type { TakenEngine } from '../world/engine-pool.ts';
import { type Rest, settle } from '../world/settle.ts';
import { openWorld, type World } from '../world/world.ts';
import type { Row, RunOptions } from './row.ts';

/** What a row plays with. */
export type Scene = {
  world: World;
  drawn: Drawn;
  /** From 0 to 1, by the seed. */
  random: Random;
  /** Sends these, or all that was drawn, as Jira does; what becomes of them is judged at the end. */
  send(outgoing?: readonly Outgoing[], more?: Partial<Target & SenderSettings>): Promise<void>;
  /** The fault ends here: recovery counts from now on. */
  over(): void;
  /** Counts what the proxy does not see of the fault. */
  hit(times?: number): void;
  /** Counts snapshots whose events are nowhere. */
  countUncorrelated(): Promise<void>;
  /** Kills the engine, and starts it again on the same file. */
  restartEngine(): Promise<void>;
};

export type Play = Rest & {
  name: string;
  story: string;
  retell?(random: Random): Retell;
  /** True where no call to the table is spoilt. */
  leavesTable?: true;
  play(scene: Scene): Promise<void>;
  /** An engine of the run's own; the shared one without it. */
  takeEngine?(): Promise<TakenEngine>;
};

const openScene = (
  { world, engine }: { world: World; engine: TakenEngine },
  drawn: Drawn,
  random: Random,
  sender: SenderSettings,
) => {
  const results: Result[] = [];
  let healedAt: number | null = null;
  let hits = 0;
  let uncorrelated = 0;
  const scene: Scene = {
    world,
    drawn,
    random,
    send: async (outgoing = drawn.outgoing, more = {}) => {
      const target = { url: world.url, secret: secretOf(SECRET), ...more };
      results.push(...(await sendAll(outgoing, target, { ...sender, ...more }, random)));
    },
    over: () => {
      world.proxy.heal();
      healedAt ??= performance.now();
    },
    hit: (times = 1) => {
      hits += times;
    },
    countUncorrelated: async () => {
      uncorrelated += (await issuesWithoutEvent(world.reader)).length;
    },
    restartEngine: async () => world.proxy.retarget(await engine.restart()),
  };
  return {
    scene,
    results,
    counted: () => ({ hits: hits + world.proxy.struck, uncorrelated }),
    healedAt: () => healedAt ?? performance.now(),
  };
};

const runPlay = async (
  { play, retell, leavesTable, takeEngine, ...rest }: Play,
  { seed, pool, sender }: RunOptions,
): Promise<Tally> => {
  await using engine = await (takeEngine ?? pool.take)();
  await using world = await openWorld(engine.endpoint, leavesTable);
  const random = randomOf(seed);
  const drawn = drawDeliveries(seed, retell?.(random));
  const { scene, results, counted, healedAt } = openScene({ world, engine }, drawn, random, sender);
  await play(scene);
  scene.over();
  const settled = await settle(world, rest);
  const recovery_ms = Math.round(performance.now() - healedAt());
  const tally = await checkRun(world, drawn, results, { ...counted(), recovery_ms });
  // What is never handled is a wrong correlation even if nothing shows of it.
  return settled ? tally : { ...tally, wrong_correlations: tally.wrong_correlations + 1 };
};

/** A row from what happens in it. */
export const row = (play: Play): Row => ({
  name: play.name,
  story: play.story,
  run: (options) => runPlay(play, options),
});
