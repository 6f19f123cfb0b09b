import { moveOne } from '../../support/reconciled/history.ts';
import { FAULTS, type Fault } from '../../support/scripted-jira/faults.ts';
import type { Fate } from '../../support/scripted-jira/sending.ts';
import { type ReconcileScene, reconcileRow } from './reconcile-scene.ts';
import type { Row } from './row.ts';

const MINUTE = 60_000;

/** More than the time between two runs of updates. */
const NEXT_RUN = 11 * MINUTE;

/** What becomes of webhooks, by chance. */
const send = ({ world, hit }: ReconcileScene, fates: readonly Fate[]): void => {
  world.jira.sending.fate = () => {
    const fate = fates[Math.floor(world.random() * fates.length)] ?? 'sent';
    if (fate !== 'sent') hit();
    return fate;
  };
};

const HALF_LOST = ['sent', 'lost'] as const;

/** People work, a few things at a time, and after each few somebody asks Jira. */
const work = async (scene: ReconcileScene, ask: () => Promise<unknown>): Promise<void> => {
  for (let steps = scene.doings(); steps.length > 0; steps = scene.doings()) {
    await scene.play(steps);
    scene.world.pass(NEXT_RUN);
    await ask();
    await scene.world.correlate();
  }
};

/** A turn in which requests meet faults, one in so many. */
const spoiltTurn = async (
  { world, hit }: ReconcileScene,
  faults: readonly Fault[],
  { of = /./, every = 2 }: { of?: RegExp; every?: number } = {},
): Promise<void> => {
  let asked = 0;
  world.jira.spoil = ({ path }) => {
    if (!of.test(path)) return null;
    asked += 1;
    if (asked % every !== 0) return null;
    hit();
    return faults[Math.floor(world.random() * faults.length)] ?? null;
  };
  await world.turn();
  world.jira.spoil = () => null;
};

const spoilt = (
  scene: ReconcileScene,
  faults: readonly Fault[],
  more: { of?: RegExp; every?: number } = {},
) => {
  send(scene, HALF_LOST);
  return work(scene, () => spoiltTurn(scene, faults, more));
};

const SEARCH = /\/search(\/jql)?$/;

/** Webhooks fail, Jira fails, and whoever asks it does. */
export const RECONCILE_ROWS: Row[] = [
  reconcileRow({
    name: 'webhooks lost',
    story:
      'No webhook arrives, or one in two; some come late, in any order, and some twice. Jira is asked for the rest.',
    play: async (scene) => {
      send(scene, scene.world.random() < 0.5 ? ['lost'] : ['sent', 'lost', 'late', 'doubled']);
      await work(scene, () => scene.world.turn());
    },
  }),
  reconcileRow({
    name: 'index late',
    story: 'Jira’s searches see each change up to two hours late, and half of the webhooks are lost.',
    play: async (scene) => {
      const { jira, random } = scene.world;
      jira.index.lag = () => {
        scene.hit();
        return random() * 120 * MINUTE;
      };
      send(scene, HALF_LOST);
      await work(scene, () => scene.world.turn());
    },
  }),
  reconcileRow({
    name: 'Jira down',
    story:
      'Jira, or what stands before it, answers 500, 503, a log-in page or nothing, to one request in two.',
    play: (scene) => spoilt(scene, [FAULTS.down(500), FAULTS.down(), FAULTS.loginPage, 'cut', 'cut-body']),
  }),
  reconcileRow({
    name: '429 storm',
    story: 'Jira wants to be asked later, with and without a time, for four requests in five.',
    play: (scene) => {
      const { random } = scene.world;
      const busy = [FAULTS.busy(), FAULTS.busy(7), FAULTS.busy(90), FAULTS.busy()];
      return spoilt(scene, random() < 0.5 ? busy : [...busy, FAULTS.nearLimit], { every: 1 });
    },
  }),
  reconcileRow({
    name: 'repeated token',
    story:
      'A page of a search names itself as the next one, its token has expired, or Jira warns that rows are missing.',
    play: (scene) =>
      spoilt(scene, [FAULTS.repeatedToken, FAULTS.expiredToken, FAULTS.warning], { of: SEARCH, every: 3 }),
  }),
  reconcileRow({
    name: 'issue moved between pages',
    story: 'Between two pages of a search an issue moves to another project and back, or is deleted.',
    play: (scene) => {
      const { jira, random } = scene.world;
      const move = () => moveOne(scene.world, Math.floor(random() * 1000), Math.floor(random() * 1000));
      const remove = () => {
        const [first] = jira.site.state.issues.values();
        if (first !== undefined && jira.site.state.issues.size > 3) jira.site.remove(first.id);
      };
      return spoilt(scene, [{ before: move }, { after: move }, { after: remove }], { of: SEARCH });
    },
  }),
  reconcileRow({
    name: 'killed between any two calls',
    story:
      'Whoever asks Jira dies before a call to Jira or to the table that the seed chooses, again and again.',
    play: async (scene) => {
      send(scene, HALF_LOST);
      await work(scene, async () => {
        const { random } = scene.world;
        // Most of what is written is written early in a turn.
        await scene.world.turn({ calls: Math.floor(random() * (random() < 0.7 ? 24 : 120)) });
        scene.hit();
        scene.world.pass(NEXT_RUN);
      });
    },
  }),
  reconcileRow({
    name: 'two runners at once',
    story:
      'A second runner starts while the first waits for Jira so long that it counts as dead, and both go on.',
    play: async (scene) => {
      const { world, hit } = scene;
      send(scene, HALF_LOST);
      await work(scene, async () => {
        const others: Promise<unknown>[] = [];
        const start = (): void => {
          world.pass(6 * MINUTE);
          others.push(world.turn());
          hit();
        };
        const faults: Fault[] = [{ before: start }];
        world.jira.fail(Array.from({ length: 1 + Math.floor(world.random() * 3) }, () => faults[0] ?? 'cut'));
        await world.turn();
        while (others.length > 0) await others.pop();
      });
    },
  }),
];
