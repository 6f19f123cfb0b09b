import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/instant.ts';
import { censusLoop } from '../../../src/reconcile/census/census.ts';
import { runTurn } from '../../../src/reconcile/turn.ts';
import { updatesLoop } from '../../../src/reconcile/updates.ts';
import { depth } from '../../support/depth.ts';
import { startTestEngine } from '../../support/engine.ts';
import { dieAfter, type ReconcileWorld, startReconcileWorld } from '../../support/reconcile-world.ts';

let engine: Awaited<ReturnType<typeof startTestEngine>>;

beforeAll(async () => {
  engine = await startTestEngine();
});

afterAll(() => engine.stop());

const LOOPS = [updatesLoop, censusLoop];

/** Turns until nothing is left to do. */
const finish = async (world: ReconcileWorld): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) {
    world.pass(10 * MINUTE_MS);
    await runTurn(world.deps, { loops: LOOPS, until_ms: null });
  }
};

const wrongIn = async (world: ReconcileWorld): Promise<string[]> => {
  const wrong: string[] = [];
  for (const { id, summary } of world.jira.site.state.issues.values()) {
    const shown = await world.shown(id);
    if (shown?.summary !== summary) wrong.push(`${id} is ${shown?.summary}`);
    const { body } = await world.app.get(`/issues/${id}/events`);
    const named = JSON.stringify(shown?.last_event ?? null);
    const { event_id } = JSON.parse(named) ?? {};
    if (!JSON.stringify(body).includes(event_id)) wrong.push(`the last event of ${id} is missing`);
  }
  return wrong;
};

/** A site that is loaded and then changed, by a runner that is killed after so many calls of the second part. */
const play = async (calls: number): Promise<{ died: boolean; wrong: string[] }> => {
  const world = await startReconcileWorld(engine.endpoint, 'cloud');
  try {
    const { site } = world.jira;
    const ids = Array.from({ length: 4 }, () => site.create(site.project('ORB'), {}, { silent: true }).id);
    world.pass(HOUR_MS);
    const died = await dieAfter(world, calls, async () => {
      await runTurn(world.deps, { loops: LOOPS, until_ms: null });
      world.pass(HOUR_MS);
      site.edit(ids[1] ?? 0, { summary: 'edited' }, { silent: true });
      site.create(site.project('ORB'), { summary: 'late' }, { silent: true });
      await runTurn(world.deps, { loops: LOOPS, until_ms: null });
    });
    world.pass(10 * MINUTE_MS);
    await finish(world);
    return { died, wrong: await wrongIn(world) };
  } finally {
    await world.jira.close();
  }
};

describe('a runner that is killed', () => {
  it('between any two calls loses no issue and no event, because what may be half done is done again', {
    tags: ['deep'],
    timeout: 600_000,
  }, async () => {
    const step = depth(31, 1);
    let calls = step;
    for (let died = true; died; calls += step) {
      const played = await play(calls);
      ({ died } = played);
      expect({ calls, wrong: played.wrong }).toEqual({ calls, wrong: [] });
    }
    expect(calls).toBeGreaterThan(40);
  });
});
