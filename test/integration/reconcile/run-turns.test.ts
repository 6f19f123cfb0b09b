import { afterEach, describe, expect, it } from 'vitest';
import { runTurns } from '../../../src/cli/reconcile/run-turns.ts';
import { DAY_MS, MINUTE_MS } from '../../../src/domain/instant.ts';
import { censusLoop } from '../../../src/reconcile/census/census.ts';
import { LOOPS } from '../../../src/reconcile/loops.ts';
import { placeOf } from '../../../src/reconcile/session.ts';
import { updatesLoop } from '../../../src/reconcile/updates.ts';
import { readTurn, takeLease } from '../../../src/store/reconcile/lease.ts';
import { type ReconcileWorld, startReconcileWorld } from '../../support/reconcile-world.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let world: ReconcileWorld;

afterEach(() => world.jira.close());

const ISSUES = 30;

/** A site whose first load takes several turns: each page of it takes three minutes. */
const start = async (onPage: (page: number) => void = () => {}): Promise<void> => {
  world = await startReconcileWorld(engine.endpoint, 'cloud');
  const { site } = world.jira;
  for (let count = 0; count < ISSUES; count += 1) site.create(site.project('ORB'), {}, { silent: true });
  world.pass(3 * DAY_MS);
  world.jira.most_rows = 5;
  const { observe } = world.deps;
  let page = 0;
  world.deps.observe = (looks, restore) => {
    world.pass(3 * MINUTE_MS);
    page += 1;
    onPage(page);
    return observe(looks, restore);
  };
};

const searches = (): string[] => world.jira.log.map(({ body }) => String(body.jql ?? ''));

const lease = () => readTurn(placeOf(world.deps));

const never = { stop: new AbortController().signal, onHeld: () => {} };

describe('turns of the command', () => {
  it('read updates between, because a first load of hours must keep nothing else from being read', async () => {
    await start();
    const report = await runTurns(world.deps, [censusLoop], never);
    expect(report).toMatchObject({
      outcome: 'done',
      loops: [{ name: 'census', complete: true, turn: { new: ISSUES } }],
    });
    const all = searches();
    const first = all.findIndex((jql) => jql.includes('updated >='));
    expect(first).toBeGreaterThan(-1);
    expect(all.findLastIndex((jql) => jql.startsWith('project = '))).toBeGreaterThan(first);
  });

  it('end when all was done that was asked for, updates since the first load too', async () => {
    await start();
    const report = await runTurns(world.deps, LOOPS, never);
    expect(report.outcome).toBe('done');
    expect(report.loops.map(({ name, complete }) => [name, complete])).toEqual(
      LOOPS.map(({ name }) => [name, true]),
    );
  });

  it('end at once where there is nothing that could have been updated', async () => {
    await start();
    expect(await runTurns(world.deps, [updatesLoop], never)).toMatchObject({
      outcome: 'done',
      loops: [{ complete: false }],
    });
  });

  it('that are interrupted leave after the page and give the lease back, and the next go on from there', async () => {
    const stopping = new AbortController();
    await start((page) => page === 3 && stopping.abort());
    const stopped = await runTurns(world.deps, [censusLoop], { ...never, stop: stopping.signal });
    expect(stopped).toMatchObject({ outcome: 'stopped', loops: [{ complete: false, turn: { new: 15 } }] });
    expect(await lease()).toMatchObject({ held: false });
    expect(await runTurns(world.deps, [censusLoop], never)).toMatchObject({
      outcome: 'done',
      loops: [{ complete: true, turn: { new: ISSUES - 15 }, counters: { new: ISSUES } }],
    });
  });

  it('say when the lease of a runner ends that was killed, and go on then', async () => {
    await start();
    await takeLease(placeOf(world.deps), await lease(), 'killed', world.now());
    const ends = world.now() + 5 * MINUTE_MS;
    const told: number[] = [];
    const onHeld = (until: number): void => {
      told.push(until);
      world.pass(5 * MINUTE_MS);
    };
    const report = await runTurns(world.deps, [censusLoop], { ...never, onHeld });
    expect([report.outcome, told]).toEqual(['done', [ends]]);
  });
});
