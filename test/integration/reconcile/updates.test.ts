import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/instant.ts';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { censusLoop } from '../../../src/reconcile/census/census.ts';
import { updatesLoop } from '../../../src/reconcile/updates.ts';
import { startTestEngine } from '../../support/engine.ts';
import { type ReconcileWorld, recordWrites, startReconcileWorld } from '../../support/reconcile-world.ts';
import { FAULTS } from '../../support/scripted-jira/faults.ts';
import type { JiraKind } from '../../support/scripted-jira/scripted-jira.ts';

let engine: Awaited<ReturnType<typeof startTestEngine>>;
let world: ReconcileWorld;

beforeAll(async () => {
  engine = await startTestEngine();
});

afterAll(() => engine.stop());

afterEach(() => world.jira.close());

/** So many issues of one project, a minute apart, all of them loaded. */
const loaded = async (kind: JiraKind, count: number): Promise<number[]> => {
  world = await startReconcileWorld(engine.endpoint, kind);
  const { site } = world.jira;
  const ids = Array.from({ length: count }, () => {
    world.pass(MINUTE_MS);
    return site.create(site.project('ORB')).id;
  });
  world.pass(HOUR_MS);
  await world.run([censusLoop]);
  world.pass(MINUTE_MS);
  world.jira.log.length = 0;
  return ids;
};

const updates = async () => {
  const report = await world.run([updatesLoop]);
  return { ...report, run: report.loops[0] };
};

const edit = (id: number | undefined, summary: string): void => {
  world.jira.site.edit(id ?? 0, { summary }, { silent: true });
};

const listIn = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const withOddRow = (value: JsonObject): JsonObject => {
  const issues = [{ id: '-7' }, ...listIn(value.issues)];
  return { ...value, issues, total: issues.length };
};

const summaryOf = async (id: number | undefined): Promise<unknown> => (await world.shown(id ?? 0))?.summary;

const searches = () => world.jira.log.filter(({ path }) => /\/search(\/jql)?$/.test(path));

describe.each(['cloud', 'data-center-10'] as const)('the updates of a site (%s)', (kind) => {
  it('bring what no webhook told, new issues too, and say that it was missed', async () => {
    const ids = await loaded(kind, 5);
    edit(ids[2], 'changed behind our back');
    const added = world.jira.site.create(
      world.jira.site.project('SUN'),
      { summary: 'new' },
      { silent: true },
    );
    world.pass(40 * MINUTE_MS);
    const { run } = await updates();
    expect(run).toMatchObject({ complete: true, counters: { new: 1, repaired: 1, missed: 2, pages: 1 } });
    expect(await summaryOf(ids[2])).toBe('changed behind our back');
    expect(await summaryOf(added.id)).toBe('new');
  });

  it('do not call missed what changed a moment ago, because its webhook may still come', async () => {
    const ids = await loaded(kind, 2);
    edit(ids[0], 'just now');
    world.pass(5 * MINUTE_MS);
    expect((await updates()).run?.counters).toMatchObject({ repaired: 1, missed: 0 });
  });

  it('cost no write but those of where they stand, because nothing that is equal is written', async () => {
    const ids = await loaded(kind, 24);
    for (const id of ids.slice(0, 12)) edit(id, `edited ${id}`);
    await updates();
    world.pass(MINUTE_MS);
    const { run, writes } = await recordWrites(world, updates);
    expect(run?.counters).toMatchObject({ new: 0, repaired: 0 });
    expect(run?.counters.unchanged).toBeGreaterThanOrEqual(12);
    expect(writes.filter((pk) => !pk.startsWith('RECONCILE#'))).toEqual([]);
    expect(writes.length).toBeLessThanOrEqual(4);
  });

  it('find what the index showed half an hour late, because each run looks back so far', async () => {
    const ids = await loaded(kind, 3);
    await updates();
    world.jira.index.lag = () => 29 * MINUTE_MS;
    edit(ids[1], 'late');
    world.pass(MINUTE_MS);
    expect((await updates()).run?.counters).toMatchObject({ repaired: 0 });
    world.pass(29 * MINUTE_MS);
    expect((await updates()).run?.counters).toMatchObject({ repaired: 1 });
  });

  it('find within a day what the index showed a day late, because one run a day looks back for two', async () => {
    const ids = await loaded(kind, 3);
    await updates();
    world.jira.index.lag = () => 20 * HOUR_MS;
    edit(ids[1], 'very late');
    for (let run = 0; run < 5; run += 1) {
      world.pass(4 * HOUR_MS);
      expect((await updates()).run?.counters.repaired).toBe(0);
    }
    world.pass(DAY_MS);
    await updates();
    expect(await summaryOf(ids[1])).toBe('very late');
  });

  it('go on from the last complete run, because one that failed has seen nothing for sure', async () => {
    const ids = await loaded(kind, 3);
    await updates();
    world.pass(2 * DAY_MS + HOUR_MS);
    edit(ids[0], 'while Jira was away');
    world.pass(3 * DAY_MS);
    world.jira.fail([FAULTS.forbidden], /search/);
    const failed = await updates();
    expect(failed).toMatchObject({
      outcome: 'failed',
      fault: expect.stringContaining('the account lacks the permission'),
      run: { complete: false },
    });
    world.pass(10 * MINUTE_MS);
    expect((await updates()).run).toMatchObject({ complete: true, counters: { repaired: 1, missed: 1 } });
  });

  it('begin again where Jira warned that it does not show all, and never count such a run as complete', async () => {
    const ids = await loaded(kind, 3);
    await updates();
    edit(ids[0], 'not shown at first');
    const isSearch = (body: JsonObject): boolean => JSON.stringify(body.fields) === '["updated"]';
    world.jira.spoil = ({ body }) => (isSearch(body) ? FAULTS.warning : null);
    expect(await updates()).toMatchObject({ outcome: 'failed', run: { complete: false } });
    expect((await world.app.get('/reconciliation')).body).toMatchObject({
      loops: { updates: { running: false } },
    });
    world.pass(MINUTE_MS);
    let warnings = 0;
    world.jira.spoil = ({ body }) => (isSearch(body) && ++warnings === 1 ? FAULTS.warning : null);
    expect((await updates()).run).toMatchObject({ complete: true });
    expect(await summaryOf(ids[0])).toBe('not shown at first');
  });

  it('ask nothing before a census has begun, because there is nothing yet to keep up to date', async () => {
    world = await startReconcileWorld(engine.endpoint, kind);
    expect(await world.run([updatesLoop])).toMatchObject({ outcome: 'done', loops: [{ complete: false }] });
    expect(searches()).toEqual([]);
  });

  it('are of the projects that are named and no other, by whichever of their keys', async () => {
    const ids = await loaded(kind, 2);
    const { site } = world.jira;
    const other = site.create(site.project('SUN'), {}, { silent: true });
    edit(ids[0], 'of ORB');
    site.changeProject(site.project('ORB').id, { key: 'PLANET' });
    await world.run([censusLoop], { projects: ['orb'] });
    await world.run([updatesLoop], { projects: ['orb'] });
    expect(await summaryOf(ids[0])).toBe('of ORB');
    expect(await world.shown(other.id)).toBeNull();
    expect(searches().at(-1)?.body.jql).toMatch(
      /^project in \(\d+\) AND updated >= \d{13} ORDER BY created ASC$/,
    );
  });
});

describe('projects that are named', () => {
  it('and of which one is gone meanwhile keep the others current, because Jira refuses to search for what is gone', async () => {
    const ids = await loaded('data-center-10', 2);
    const { site } = world.jira;
    site.create(site.project('SUN'), {}, { silent: true });
    await world.run([censusLoop], { projects: ['ORB', 'SUN'] });
    site.changeProject(site.project('SUN').id, { status: 'deleted', browsable: false });
    edit(ids[0], 'still current');
    expect(await world.run([updatesLoop], { projects: ['ORB', 'SUN'] })).toMatchObject({ outcome: 'done' });
    expect(await summaryOf(ids[0])).toBe('still current');
    const { id } = site.project('ORB');
    expect(searches().some(({ body }) => String(body.jql).startsWith(`project in (${id}) AND`))).toBe(true);
  });
});

describe.each(['cloud', 'data-center-10'] as const)('a run of named projects (%s)', (kind) => {
  it('of which one goes while it is read says so, and the next one begins where it did', async () => {
    const ids = await loaded(kind, 4);
    const { site } = world.jira;
    const sun = site.project('SUN');
    for (const id of ids) edit(id, `edited ${id}`);
    world.pass(MINUTE_MS);
    world.jira.most_rows = 2;
    let pages = 0;
    world.jira.spoil = ({ path, body }) => {
      if (!/search/.test(path) || !/updated >=/.test(String(body.jql))) return null;
      pages += 1;
      if (pages === 2) site.changeProject(sun.id, { browsable: false });
      return null;
    };
    const named = { projects: ['ORB', 'SUN'] };
    expect(await world.run([updatesLoop], named)).toMatchObject({
      outcome: 'failed',
      fault: expect.stringContaining('(ORB, SUN)'),
    });
    expect(pages).toBeGreaterThan(1);
    expect(await world.run([updatesLoop], named)).toMatchObject({ outcome: 'done' });
    expect(await Promise.all(ids.map(summaryOf))).toEqual(ids.map((id) => `edited ${id}`));
  });
});

describe('a table that is throttled', () => {
  it('once or twice ends no turn, and loses no event of what was half done', async () => {
    const ids = await loaded('cloud', 3);
    for (const id of ids) edit(id, `edited ${id}`);
    const { observe } = world.deps;
    const restored: string[] = [];
    const report = await world.run([updatesLoop], {
      observe: async (looks, restore) => {
        restored.push(restore.join());
        if (restored.length < 3) throw new UnavailableError('table', new Error('throttled'));
        return observe(looks, restore);
      },
    });
    expect(report).toMatchObject({ outcome: 'done', loops: [{ counters: { repaired: 3 } }] });
    expect(restored).toEqual(['', 'observations', 'observations']);
  });
});

describe('a clock of Jira', () => {
  it.each([400 * DAY_MS, 20 * HOUR_MS])(
    'that is once %i ms ahead leaves nothing out, because no cursor stays ahead',
    async (ahead) => {
      await loaded('cloud', 2);
      await updates();
      world.pass(DAY_MS + HOUR_MS);
      const wrong = { headers: { date: new Date(world.now() + ahead).toUTCString() } };
      world.jira.fail([wrong, wrong], /serverInfo/);
      expect((await updates()).run).toMatchObject({ complete: true });
      const { site } = world.jira;
      for (let run = 0; run < 4; run += 1) {
        const { id } = site.create(site.project('ORB'), {}, { silent: true });
        world.pass(13 * HOUR_MS);
        await updates();
        expect(await world.shown(id)).not.toBeNull();
      }
      const from = searches().map(({ body }) => Number(/updated >= (\d+)/.exec(String(body.jql))?.[1]));
      // The wide one of each day, too.
      expect(from.slice(-4).filter((ms) => ms < world.now() - 2 * DAY_MS)).not.toEqual([]);
    },
  );
});

describe('an odd issue', () => {
  it('that Jira cannot show fails nothing, and is asked for again', async () => {
    const ids = await loaded('cloud', 12);
    for (const id of ids) edit(id, `edited ${id}`);
    const odd = String(ids[7]);
    world.jira.refuseBulk = (id) => id === odd;
    world.jira.spoil = ({ path }) => (path.endsWith(`/issue/${odd}`) ? FAULTS.down(500) : null);
    const report = await updates();
    expect(report).toMatchObject({
      outcome: 'done',
      run: { complete: true, counters: { repaired: 11, unread: 1 } },
    });
    world.jira.spoil = () => null;
    world.pass(3 * HOUR_MS);
    expect((await updates()).run?.counters).toMatchObject({ repaired: 1, unread: 0 });
    expect(await summaryOf(ids[7])).toBe(`edited ${odd}`);
  });

  it('is not forgotten where Jira shows hundreds of them as little, because such a run is not complete', async () => {
    await loaded('cloud', 2);
    await updates();
    world.pass(HOUR_MS);
    await updates();
    const { site } = world.jira;
    const ids = Array.from({ length: 105 }, () => site.create(site.project('ORB'), {}, { silent: true }).id);
    world.pass(20 * MINUTE_MS);
    world.jira.spoil = ({ path }) => (/\/issue\//.test(path) ? FAULTS.expiredToken : null);
    expect(await updates()).toMatchObject({
      outcome: 'failed',
      fault: expect.stringContaining('failed to show more than 100'),
      run: { complete: false, counters: { unread: 105 } },
    });
    world.jira.spoil = () => null;
    world.pass(HOUR_MS);
    expect((await updates()).run).toMatchObject({ complete: true, counters: { new: 105, unread: 0 } });
    expect(await world.shown(ids[104] ?? 0)).not.toBeNull();
  });

  it('that only a group cannot show is read in a smaller one, because Jira says so', async () => {
    const ids = await loaded('cloud', 12);
    for (const id of ids) edit(id, `edited ${id}`);
    world.jira.refuseBulk = (_, group) => group > 10;
    expect((await updates()).run?.counters).toMatchObject({ repaired: 12, unread: 0 });
    expect(world.jira.log.filter(({ path }) => path.includes('/issue/1'))).toEqual([]);
  });

  it('whose row of a search names no issue fails no others, and is counted', async () => {
    const ids = await loaded('data-center-10', 3);
    edit(ids[0], 'beside it');
    world.jira.spoil = ({ path, body }) =>
      path.endsWith('/search') && JSON.stringify(body.fields) === '["updated"]'
        ? { alter: withOddRow }
        : null;
    expect((await updates()).run).toMatchObject({
      complete: true,
      counters: { repaired: 1, quarantined: 1, compared: 1 },
    });
  });

  it('that is older than what is known is not compared, because its difference says nothing', async () => {
    const ids = await loaded('cloud', 2);
    edit(ids[0], 'overtaken');
    const report = await world.run([updatesLoop], {
      observe: async (looks) => looks.map(() => ({ kind: 'stale', issue_id: String(ids[0]) })),
    });
    expect(report.loops).toMatchObject([{ counters: { repaired: 0, compared: 0 } }]);
  });

  it('that is deleted between search and read is gone, and nothing is marked', async () => {
    const ids = await loaded('cloud', 3);
    edit(ids[1], 'about to go');
    world.jira.fail([{ before: () => world.jira.site.remove(ids[1] ?? 0, { silent: true }) }], /bulkfetch/);
    expect((await updates()).run?.counters).toMatchObject({ gone: 1, repaired: 0 });
    expect(await world.shown(ids[1] ?? 0)).toMatchObject({ deleted: false });
  });
});
