import { afterEach, describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/instant.ts';
import { censusLoop } from '../../../src/reconcile/census/census.ts';
import { fieldNamesLoop } from '../../../src/reconcile/field-names.ts';
import { type ReconcileWorld, startReconcileWorld } from '../../support/reconcile-world.ts';
import { FAULTS } from '../../support/scripted-jira/faults.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let world: ReconcileWorld;

afterEach(() => world.jira.close());

const start = async (): Promise<void> => {
  world = await startReconcileWorld(engine.endpoint, 'cloud');
  world.jira.site.create(world.jira.site.project('ORB'), {}, { silent: true });
  world.pass(2 * HOUR_MS);
};

describe('a turn', () => {
  it('asks nothing before the time that the last answer of the turn before named, though it failed at nothing', async () => {
    await start();
    const until = world.now() + 30 * MINUTE_MS;
    const spent = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': new Date(until).toISOString() };
    world.jira.fail([{ headers: spent }], /\/field$/);
    expect(await world.run([fieldNamesLoop])).toMatchObject({ outcome: 'done' });
    const asked = world.jira.log.length;
    world.pass(5 * MINUTE_MS);
    expect(await world.run([censusLoop])).toEqual({ outcome: 'waiting', until_ms: until, loops: [] });
    expect(world.jira.log).toHaveLength(asked);
    world.pass(25 * MINUTE_MS);
    expect(await world.run([censusLoop])).toMatchObject({ outcome: 'done' });
  });

  it('counts every request that it sent, its login and what it sent again too, because Jira does', async () => {
    await start();
    world.jira.fail([FAULTS.down()], /\/field$/);
    const [report] = (await world.run([fieldNamesLoop])).loops;
    expect(world.jira.log).toHaveLength(4);
    expect(report?.turn.requests).toBe(4);
  });
});
