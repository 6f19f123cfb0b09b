import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/instant.ts';
import { censusLoop } from '../../../src/reconcile/census/census.ts';
import { startTestEngine } from '../../support/engine.ts';
import { type ReconcileWorld, startReconcileWorld } from '../../support/reconcile-world.ts';
import type { JiraKind } from '../../support/scripted-jira/scripted-jira.ts';

let engine: Awaited<ReturnType<typeof startTestEngine>>;
let world: ReconcileWorld;

beforeAll(async () => {
  engine = await startTestEngine();
});

afterAll(() => engine.stop());

afterEach(() => world.jira.close());

const start = async (kind: JiraKind): Promise<void> => {
  world = await startReconcileWorld(engine.endpoint, kind);
};

/** So many issues of a project, a minute apart. */
const fill = (key: string, count: number): number[] =>
  Array.from({ length: count }, (_, index) => {
    world.pass(MINUTE_MS);
    return world.jira.site.create(world.jira.site.project(key), { summary: `${key} ${index}` }).id;
  });

const KINDS = ['cloud', 'data-center-10'] as const;

describe.each(KINDS)('a first load (%s)', (kind) => {
  it('brings every issue of every project, because nobody ever told of them', async () => {
    await start(kind);
    const ids = [...fill('ORB', 103), ...fill('SUN', 2)];
    world.pass(HOUR_MS);
    const report = await world.run([censusLoop]);
    expect(report).toMatchObject({ outcome: 'done', fault: null, loops: [{ complete: true }] });
    expect(report.loops[0]?.counters).toMatchObject({
      seen: 105,
      new: 105,
      missed: 0,
      compared: 105,
      differed: 0,
    });
    for (const id of [ids[0], ids[102], ids[104]])
      expect(await world.shown(id ?? 0)).toMatchObject({ issue_id: String(id) });
    expect(await world.shown(ids[103] ?? 0)).toMatchObject({ summary: 'SUN 0', issue_key: 'SUN-1' });
  });
});
