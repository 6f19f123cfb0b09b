import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/instant.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { censusLoop, projectCensus } from '../../../src/reconcile/census/census.ts';
import { countTurn } from '../../../src/reconcile/give-turn.ts';
import { LOOPS } from '../../../src/reconcile/loops.ts';
import { runTurn, type TurnReport } from '../../../src/reconcile/turn.ts';
import { updatesLoop } from '../../../src/reconcile/updates.ts';
import { type Counts, summed } from '../../support/app.ts';
import { type ReconcileWorld, startReconcileWorld } from '../../support/reconcile-world.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let world: ReconcileWorld;

afterEach(() => world.jira.close());

/** So many issues that no webhook tells of, all at the same moment. */
const create = (key: string, count: number): number[] => {
  const { site } = world.jira;
  return Array.from({ length: count }, () => site.create(site.project(key), {}, { silent: true }).id);
};

/** A turn of the schedule: what is due. */
const turn = (minutes: number | null = null): Promise<TurnReport> =>
  runTurn(world.deps, { loops: LOOPS, until_ms: minutes && world.now() + minutes * MINUTE_MS });

const countsOf = ({ loops }: TurnReport): Counts => {
  const counts: Counts = {};
  countTurn(loops, summed(counts));
  return counts;
};

const loaded = async (): Promise<void> => {
  world = await startReconcileWorld(engine.endpoint, 'cloud');
  create('ORB', 5);
  world.pass(2 * HOUR_MS);
  await turn();
  world.pass(5 * MINUTE_MS);
  await turn();
};

const withoutComputed = (value: JsonObject): JsonObject =>
  JSON.parse(JSON.stringify(value, (key, part) => (/^customfield_/.test(key) ? undefined : part)));

describe('the alarm for missing webhooks', () => {
  it('rings in every run while none come, because each judges the changes of ten minutes and no others', async () => {
    await loaded();
    const rang: boolean[] = [];
    for (let run = 0; run < 6; run += 1) {
      for (let minute = 0; minute < 10; minute += 1) {
        world.pass(MINUTE_MS);
        create('ORB', 3);
      }
      rang.push('WebhooksMissing' in countsOf(await turn()));
    }
    expect(rang.slice(4)).toEqual([true, true]);
  });

  it('does not ring for a first load of several turns, because what is older than it was never to be told', async () => {
    world = await startReconcileWorld(engine.endpoint, 'cloud');
    for (let minute = 0; minute < 30; minute += 1) {
      create('ORB', 1);
      create('SUN', 1);
      world.pass(MINUTE_MS);
    }
    world.pass(2 * HOUR_MS);
    world.jira.most_rows = 10;
    const { observe } = world.deps;
    world.deps.observe = (looks, restore) => {
      world.pass(3 * MINUTE_MS);
      return observe(looks, restore);
    };
    const counts: Counts[] = [];
    for (let turns = 0; turns < 12; turns += 1) {
      counts.push(countsOf(await turn(4)));
      world.pass(MINUTE_MS);
    }
    expect(counts.filter((one) => 'UpdatesComplete' in one).length).toBeGreaterThan(2);
    expect(counts.flatMap((one) => one.ChangesMissed ?? [])).toEqual([]);
    expect(counts.filter((one) => 'WebhooksMissing' in one)).toEqual([]);
  });

  it('does not ring for comments, because nothing of the issue is missed where `updated` alone has moved', async () => {
    await loaded();
    // What Jira computes anew at each look would be a change of its own.
    world.jira.spoil = ({ path }) => (path.endsWith('/bulkfetch') ? { alter: withoutComputed } : null);
    const ids = create('ORB', 24);
    world.pass(HOUR_MS);
    await turn();
    world.pass(DAY_MS);
    await turn();
    for (const id of ids) world.jira.site.edit(id, {}, { silent: true });
    const counts: Counts = {};
    for (let run = 0; run < 6; run += 1) {
      world.pass(10 * MINUTE_MS);
      Object.assign(counts, countsOf(await turn()));
    }
    expect(counts).toMatchObject({ UpdatesComplete: 1 });
    expect(counts).not.toHaveProperty('ChangesMissed');
  });
});

describe('what is counted as missed', () => {
  it('is not what a run further back finds new, because its project may have become visible only now', async () => {
    await loaded();
    const { site } = world.jira;
    const sun = site.project('SUN');
    site.changeProject(sun.id, { browsable: false });
    world.pass(20 * HOUR_MS);
    await turn();
    create('SUN', 6);
    world.pass(2 * HOUR_MS);
    await turn();
    world.pass(3 * HOUR_MS);
    site.changeProject(sun.id, { browsable: true });
    const { loops } = await world.run([updatesLoop]);
    expect(loops).toMatchObject([{ complete: true, counters: { new: 6, missed: 0 } }]);
  });

  it('is not what a project has that becomes visible late, because nobody was to tell of it', async () => {
    world = await startReconcileWorld(engine.endpoint, 'cloud');
    const { site } = world.jira;
    const sun = site.project('SUN');
    site.changeProject(sun.id, { browsable: false });
    create('ORB', 5);
    create('SUN', 6);
    world.pass(2 * HOUR_MS);
    await turn();
    world.pass(3 * DAY_MS);
    site.changeProject(sun.id, { browsable: true });
    const first = await world.run([censusLoop]);
    expect(first.loops).toMatchObject([{ complete: true, counters: { new: 6, missed: 0 } }]);
    create('SUN', 3);
    world.pass(2 * DAY_MS);
    const second = await world.run([censusLoop]);
    expect(second.loops).toMatchObject([{ complete: true, counters: { new: 3, missed: 3 } }]);
  });

  it('is what one project alone shows that was loaded before, because it was to be told', async () => {
    await loaded();
    world.pass(2 * DAY_MS);
    create('ORB', 6);
    world.pass(2 * DAY_MS);
    const { loops } = await world.run([projectCensus('ORB')]);
    expect(loops).toMatchObject([{ complete: true, counters: { new: 6, missed: 6 } }]);
  });
});
