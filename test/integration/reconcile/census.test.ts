import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/instant.ts';
import { censusLoop, projectCensus } from '../../../src/reconcile/census/census.ts';
import { placeOf, type TurnDeps } from '../../../src/reconcile/session.ts';
import { runTurn } from '../../../src/reconcile/turn.ts';
import { readCheckpoints } from '../../../src/store/reconcile/checkpoint.ts';
import { listContradictions } from '../../../src/store/reconcile/contradictions.ts';
import { readProject } from '../../../src/store/reconcile/projects.ts';
import { startTestEngine } from '../../support/engine.ts';
import { type ReconcileWorld, startReconcileWorld } from '../../support/reconcile-world.ts';
import { FAULTS } from '../../support/scripted-jira/faults.ts';
import type { JiraKind } from '../../support/scripted-jira/scripted-jira.ts';

let engine: Awaited<ReturnType<typeof startTestEngine>>;
let world: ReconcileWorld;

beforeAll(async () => {
  engine = await startTestEngine();
});

afterAll(() => engine.stop());

afterEach(() => world.jira.close());

/** So many issues of a project, a minute apart. */
const fill = (key: string, count: number): number[] =>
  Array.from({ length: count }, (_, index) => {
    world.pass(MINUTE_MS);
    const said = { summary: `${key} ${index}` };
    return world.jira.site.create(world.jira.site.project(key), said, { silent: true }).id;
  });

/** A site of two projects, loaded; a census later it is a day older. */
const loaded = async (kind: JiraKind) => {
  world = await startReconcileWorld(engine.endpoint, kind);
  const ids = { orb: fill('ORB', 4), sun: fill('SUN', 2) };
  world.pass(HOUR_MS);
  await world.run([censusLoop]);
  world.pass(DAY_MS);
  world.jira.log.length = 0;
  return ids;
};

const census = async () => {
  const report = await world.run([censusLoop]);
  return { ...report, run: report.loops[0] };
};

const resultOf = async (key: string) => {
  const { id } = world.jira.site.project(key);
  return (await readProject(placeOf(world.deps), String(id)))?.result;
};

const contradictions = (): Promise<string[]> => {
  const { table, tenant } = world.deps;
  return listContradictions({ table, tenant, newSignal: () => AbortSignal.timeout(10_000) });
};

describe.each(['cloud', 'data-center-10'] as const)('a census (%s)', (kind) => {
  it('of a site that is equal reads no body, because ids are all it compares', async () => {
    await loaded(kind);
    const { run } = await census();
    expect(run).toMatchObject({ complete: true, counters: { seen: 6, new: 0, compared: 0, only_here: 0 } });
    const bodies = world.jira.log.filter(({ body }) => JSON.stringify(body).includes('*all'));
    expect(bodies).toEqual([]);
  });

  it('reads what is only in Jira, and counts what is only here without marking it', async () => {
    const { orb } = await loaded(kind);
    const [lost] = fill('ORB', 1);
    world.jira.site.remove(orb[1] ?? 0, { silent: true });
    world.jira.site.remove(orb[3] ?? 0, { silent: true });
    world.pass(HOUR_MS);
    const { run } = await census();
    expect(run).toMatchObject({ complete: true, counters: { new: 1, only_here: 2 } });
    expect(await world.shown(lost ?? 0)).toMatchObject({ issue_id: String(lost) });
    expect(await resultOf('ORB')).toMatchObject({
      complete: true,
      only_here: 2,
      some: [orb[1], orb[3]].map(String),
    });
    expect(await world.shown(orb[3] ?? 0)).toMatchObject({ deleted: false });
  });

  it('does not call only here what was created a moment ago, because the index may not show it yet', async () => {
    await loaded(kind);
    const young = world.jira.site.create(world.jira.site.project('ORB'));
    const body = await (await world.deps.openReads()).readIssue(String(young.id));
    if ('look' in body) await world.deps.observe([body.look], []);
    world.jira.site.remove(young.id, { silent: true });
    expect((await census()).run?.counters.only_here).toBe(0);
  });

  it('follows a project to its new key, issue by issue, because their keys are others now', async () => {
    const { orb } = await loaded(kind);
    const { id } = world.jira.site.project('ORB');
    world.jira.site.changeProject(id, { key: 'PLANET' });
    world.jira.site.remove(orb[3] ?? 0, { silent: true });
    const { run } = await census();
    expect(run?.counters).toMatchObject({ repaired: 3, only_here: 1 });
    expect(await world.shown(orb[0] ?? 0)).toMatchObject({ issue_key: 'PLANET-1', project_key: 'PLANET' });
    expect((await census()).run?.counters).toMatchObject({ repaired: 0, only_here: 1 });
  });

  it('finds an issue where it was moved, and misses it nowhere', async () => {
    const { orb } = await loaded(kind);
    world.jira.site.move(orb[2] ?? 0, world.jira.site.project('SUN'), { silent: true });
    expect((await census()).run?.counters.repaired).toBe(1);
    expect(await world.shown(orb[2] ?? 0)).toMatchObject({ issue_key: 'SUN-3', project_key: 'SUN' });
    expect((await census()).run?.counters).toMatchObject({ repaired: 0, only_here: 0 });
  });

  it('does not compare a project that the account may browse no more, because all of it would look gone', async () => {
    await loaded(kind);
    world.jira.site.changeProject(world.jira.site.project('SUN').id, { browsable: false });
    const { run } = await census();
    expect(run).toMatchObject({ complete: true, counters: { seen: 4, only_here: 0 } });
  });

  it('counts nothing as only here where far fewer are listed than there are, because Jira does not show all', async () => {
    const { orb } = await loaded(kind);
    world.jira.site.remove(orb[3] ?? 0, { silent: true });
    world.jira.spoil = ({ path, body }) =>
      path.endsWith('approximate-count') || body.maxResults === 0
        ? { alter: (value) => ({ ...value, count: 500, total: 500 }) }
        : null;
    expect((await census()).run).toMatchObject({ complete: true, counters: { only_here: 0 } });
    expect(await resultOf('ORB')).toMatchObject({ complete: false, only_here: 0 });
    world.jira.spoil = () => null;
    expect((await census()).run?.counters.only_here).toBe(1);
  });

  it('counts different issues, because the same ones again and again are not all of a project', async () => {
    const { orb } = await loaded(kind);
    world.jira.site.remove(orb[3] ?? 0, { silent: true });
    const isOfOrb = ({ jql }: { jql?: unknown }): boolean =>
      String(jql).includes(`project = ${world.jira.site.project('ORB').id}`);
    const rows = Array.from({ length: 500 }, (_, index) => ({ id: String(orb[index % 3]) }));
    world.jira.spoil = ({ path, body }) => {
      if (!isOfOrb(body)) return null;
      const isCount = path.endsWith('approximate-count') || body.maxResults === 0;
      return {
        alter: (value) => ({ ...value, count: 500, total: 500, ...(isCount ? {} : { issues: rows }) }),
      };
    };
    expect((await census()).run).toMatchObject({ complete: true, counters: { only_here: 0 } });
    expect(await resultOf('ORB')).toMatchObject({ complete: false, issues: 3, only_here: 0 });
  });

  it('goes on where Jira refuses to count all projects at once, because that is only for the progress', async () => {
    await loaded(kind);
    const refused = {
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: '{"errorMessages":["The value does not exist for the field project."],"errors":{}}',
    };
    world.jira.spoil = ({ body }) => (/^project in /.test(String(body.jql)) ? refused : null);
    expect((await census()).run).toMatchObject({ complete: true, counters: { seen: 6, only_here: 0 } });
  });

  it('fails when the account sees no project at all, because all would look gone', async () => {
    await loaded(kind);
    for (const key of ['ORB', 'SUN'])
      world.jira.site.changeProject(world.jira.site.project(key).id, {
        status: 'archived',
        browsable: false,
      });
    const report = await census();
    expect(report).toMatchObject({ outcome: 'failed', fault: expect.stringContaining('sees no project') });
  });

  it('leaves in time and goes on there, because a turn lasts only minutes', async () => {
    world = await startReconcileWorld(engine.endpoint, kind);
    fill('ORB', 60);
    fill('SUN', 3);
    world.jira.most_rows = 12;
    world.pass(HOUR_MS);
    let turns = 0;
    for (let complete = false; !complete; turns += 1) {
      const report = await runTurn(world.deps, { loops: [censusLoop], until_ms: world.now() + 5 });
      complete = report.loops[0]?.complete === true;
      expect(turns).toBeLessThan(40);
    }
    expect(turns).toBeGreaterThan(3);
    const report = await runTurn(world.deps, { loops: [censusLoop], until_ms: null });
    expect(report.loops).toEqual([]);
    expect((await world.run([censusLoop])).loops[0]?.counters).toMatchObject({ seen: 63, new: 0 });
  });
});

/** Does the work in a process that dies as it puts an event, whose issue's row is written by then. */
const dieAtEvent = async (work: () => Promise<unknown>): Promise<void> => {
  const { client } = world.deps.table;
  const { send } = client;
  let dead = false;
  client.send = (command: { input: { Item?: { pk?: { S?: string } } } }, ...rest: never[]) => {
    dead ||= command.input.Item?.pk?.S?.startsWith('E#') === true;
    if (dead) throw new Error('killed');
    return Reflect.apply(send, client, [command, ...rest]);
  };
  await work().finally(() => {
    client.send = send;
  });
  expect(dead).toBe(true);
};

describe('a page that is compared', () => {
  it('and on which the runner crashed gets the event that is missing, because the row is there', async () => {
    await loaded('cloud');
    const [lost] = fill('ORB', 1);
    world.pass(HOUR_MS);
    await dieAtEvent(() => world.run([censusLoop]));
    world.pass(6 * MINUTE_MS);
    const row = z.object({ last_event: z.object({ event_id: z.string() }) });
    const { last_event } = z.parse(row, await world.shown(lost ?? 0));
    const event = async () => (await world.app.get(`/events/${last_event.event_id}`)).status;
    expect(await event()).toBe(404);
    expect((await census()).run).toMatchObject({ complete: true });
    expect(await event()).toBe(200);
  });

  it('ends after 500 issues that only Jira has, because no turn may be too short for a page', async () => {
    world = await startReconcileWorld(engine.endpoint, 'cloud');
    fill('ORB', 2);
    world.pass(HOUR_MS);
    await world.run([censusLoop]);
    const ids = fill('ORB', 1_200);
    world.pass(HOUR_MS);
    const looked: number[] = [];
    const observe: TurnDeps['observe'] = async (looks) =>
      looks.map(({ issue }) => {
        looked.push(Number(issue.id));
        return { kind: 'stale', issue_id: String(issue.id) };
      });
    const report = await world.run([censusLoop], { observe });
    // One page of what Jira lists, and three that are compared.
    expect(report.loops).toMatchObject([{ complete: true, counters: { pages: 4, only_here: 0 } }]);
    // Four groups are read at once, and any of them may answer first.
    expect(looked.sort((a, b) => a - b)).toEqual(ids);
  });
});

describe('an issue that a webhook had marked deleted', () => {
  it('and that Jira shows is listed until a look agrees, and stays as it is', async () => {
    const { orb } = await loaded('cloud');
    const body = JSON.stringify({
      timestamp: world.now(),
      webhookEvent: 'jira:issue_deleted',
      issue: { id: String(orb[2]), key: 'ORB-3' },
    });
    await world.app.deliver(body);
    world.pass(2 * HOUR_MS);
    expect((await census()).run?.counters).toMatchObject({ contradictions: 1, repaired: 0, only_here: 0 });
    expect(await contradictions()).toEqual([String(orb[2])]);
    expect(await world.shown(orb[2] ?? 0)).toMatchObject({ deleted: true });
  });
});

describe('a census of one project', () => {
  it('reads bodies that are older here, and leaves the census of the site as it stands', async () => {
    const { orb, sun } = await loaded('cloud');
    world.jira.site.edit(orb[0] ?? 0, { summary: 'older here' }, { silent: true });
    world.jira.site.edit(sun[0] ?? 0, { summary: 'not asked for' }, { silent: true });
    world.pass(HOUR_MS);
    const report = await world.run([projectCensus('orb')]);
    expect(report.loops).toMatchObject([{ complete: true, counters: { seen: 4, repaired: 1 } }]);
    expect(await world.shown(orb[0] ?? 0)).toMatchObject({ summary: 'older here' });
    expect(await world.shown(sun[0] ?? 0)).toMatchObject({ summary: 'SUN 0' });
  });

  it('says so when there is no such project', async () => {
    await loaded('cloud');
    expect(await world.run([projectCensus('NOPE')])).toMatchObject({
      outcome: 'failed',
      fault: expect.stringContaining('none of these projects: NOPE'),
    });
    expect([...(await readCheckpoints(placeOf(world.deps))).keys()]).toEqual(['census']);
  });
});

describe('a first load', () => {
  it('reads a part of its issues once more, and what differs by then without a reason is drift', async () => {
    world = await startReconcileWorld(engine.endpoint, 'cloud');
    const { site } = world.jira;
    const version = site.version(site.project('ORB'), 'one');
    for (let count = 0; count < 8; count += 1)
      site.create(site.project('ORB'), { fix_versions: count < 3 ? [version.id] : [] });
    world.pass(HOUR_MS);
    const rename = {
      after: () => {
        site.renameVersion(version.id, 'two');
        world.pass(5_000);
      },
    };
    world.jira.fail([rename], /bulkfetch/);
    const { run } = await census();
    expect(run?.counters).toMatchObject({ seen: 8, new: 8, repaired: 3, compared: 8, differed: 3 });
  });

  it('ends when its project is gone meanwhile, because the others are to be loaded too', async () => {
    world = await startReconcileWorld(engine.endpoint, 'cloud');
    fill('ORB', 2);
    fill('SUN', 2);
    const refused = {
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: '{"errorMessages":["No such project"],"errors":{}}',
    };
    let refusals = 0;
    world.jira.spoil = ({ path, body }) =>
      path.endsWith('/search/jql') &&
      String(body.jql).includes(`project = ${world.jira.site.project('ORB').id}`) &&
      ++refusals > 0
        ? refused
        : null;
    expect((await census()).run).toMatchObject({ complete: true, counters: { new: 2 } });
    expect(await resultOf('ORB')).toMatchObject({ complete: false });
    expect(refusals).toBe(1);
  });

  it('reads a slice again when Jira gives a token twice or knows it no more, because pages got lost', async () => {
    world = await startReconcileWorld(engine.endpoint, 'cloud');
    const ids = fill('ORB', 30);
    world.jira.most_rows = 10;
    const isNext = (body: object): boolean => 'nextPageToken' in body;
    let next = 0;
    world.jira.spoil = ({ body }) => {
      if (!isNext(body)) return null;
      next += 1;
      if (next === 2) return FAULTS.repeatedToken;
      return next === 3 ? FAULTS.expiredToken : null;
    };
    expect((await census()).run).toMatchObject({ complete: true, counters: { new: 30 } });
    expect(await resultOf('ORB')).toMatchObject({ complete: true, issues: ids.length });
  });
});
