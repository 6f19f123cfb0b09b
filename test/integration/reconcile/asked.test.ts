import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../../../src/domain/instant.ts';
import { askedLoop } from '../../../src/reconcile/asked.ts';
import { putAsked, readAsked } from '../../../src/store/reconcile/asked.ts';
import { tableAgainstJira } from '../../support/scripted-jira/compare.ts';
import { FAULTS } from '../../support/scripted-jira/faults.ts';
import type { JiraKind } from '../../support/scripted-jira/scripted-jira.ts';
import { useEngine } from '../../support/use-engine.ts';
import { openScene, type Scene } from './scene.ts';

const engine = useEngine();
let scene: Scene;

afterEach(() => scene.close());

const KINDS: JiraKind[] = ['cloud', 'data-center-10'];

/** Issues of a version, told by webhooks and correlated. */
const withVersion = async (kind: JiraKind, issues: number) => {
  scene = await openScene(engine.endpoint, kind);
  const { site } = scene.jira;
  const orb = site.project('ORB');
  const version = site.version(orb, '1.0');
  const said = (index: number) =>
    index % 2 === 0 ? { fix_versions: [version.id] } : { affected_versions: [version.id] };
  const ids = Array.from({ length: issues }, (_, index) => site.create(orb, said(index)).id);
  await scene.settle();
  scene.now += 10 * MINUTE_MS;
  await scene.turn(askedLoop);
  scene.now += MINUTE_MS;
  scene.asked();
  return { orb, version, ids };
};

const placeOf = () => ({ ...scene.deps, signal: AbortSignal.timeout(60_000) });

const askedFor = (kind: string, id: number) => readAsked(placeOf(), `${kind}#${id}`);

const differences = () => tableAgainstJira(scene.jira, scene.app.get);

describe.each(KINDS)('what a webhook of %s asked for', (kind) => {
  it('is read a minute later: a renamed version answers by its new name, because no issue was sent', async () => {
    const { version } = await withVersion(kind, 3);
    scene.jira.site.renameVersion(version.id, '2.0');
    await scene.settle();
    expect(await differences()).toHaveLength(3);
    expect(await scene.turn(askedLoop)).toMatchObject({ outcome: 'done', loops: [] });
    expect(scene.asked()).toEqual([]);
    scene.now += MINUTE_MS;
    expect(await scene.turn(askedLoop)).toMatchObject({
      loops: [{ complete: true, counters: { repaired: 3, missed: 0, differed: 0 } }],
    });
    expect(await differences()).toEqual([]);
    expect(await askedFor('version', version.id)).toBeNull();
    expect((await scene.app.get('/issues?project=ORB&fix_version=2.0')).body.issues).toHaveLength(2);
  });

  it('may be one issue, by its id or by a key: what a sender without a signature says of it, Jira decides', async () => {
    const { ids } = await withVersion(kind, 2);
    const { site } = scene.jira;
    const [one = 0, other = 0] = ids;
    const key = String((await scene.app.get(`/issues/${other}`)).body.issue_key);
    for (const id of [one, other]) site.edit(id, { summary: `new of ${id}` }, { silent: true });
    expect(await differences()).toHaveLength(2);
    for (const id of [String(one), key]) await putAsked(placeOf(), { kind: 'issue', id }, scene.now);
    scene.now += MINUTE_MS;
    expect(await scene.turn(askedLoop)).toMatchObject({ outcome: 'done' });
    expect(await differences()).toEqual([]);
    expect(await readAsked(placeOf(), `issue#${key}`)).toBeNull();
  });

  it('may be an issue that is gone, which changes nothing here', async () => {
    const { ids } = await withVersion(kind, 1);
    const [one = 0] = ids;
    const before = (await scene.app.get(`/issues/${one}`)).body;
    scene.jira.site.remove(one, { silent: true });
    await putAsked(placeOf(), { kind: 'issue', id: String(one) }, scene.now);
    scene.now += MINUTE_MS;
    expect(await scene.turn(askedLoop)).toMatchObject({
      outcome: 'done',
      loops: [{ counters: { gone: 1 } }],
    });
    expect((await scene.app.get(`/issues/${one}`)).body).toEqual(before);
    expect(await askedFor('issue', one)).toBeNull();
  });

  it('is asked again where Jira refuses one of the named projects, because that says nothing of it', async () => {
    const { version } = await withVersion(kind, 3);
    const { site } = scene.jira;
    const sun = site.project('SUN');
    scene.deps.projects = ['ORB', 'SUN'];
    site.renameVersion(version.id, '2.0');
    await scene.settle();
    scene.now += MINUTE_MS;
    scene.jira.spoil = ({ body }) => {
      if (String(body.jql).includes('fixVersion')) site.changeProject(sun.id, { browsable: false });
      return null;
    };
    expect(await scene.turn(askedLoop)).toMatchObject({ outcome: 'failed' });
    expect(await askedFor('version', version.id)).not.toBeNull();
    expect(await scene.turn(askedLoop)).toMatchObject({ loops: [{ counters: { repaired: 3 } }] });
    expect(await askedFor('version', version.id)).toBeNull();
  });

  it('is every issue of a project that has a new key, and its old key finds them, because both are theirs', async () => {
    const { orb } = await withVersion(kind, 2);
    scene.jira.site.changeProject(orb.id, { key: 'NOVA', name: 'Nova' });
    await scene.settle();
    scene.now += MINUTE_MS;
    await scene.turn(askedLoop);
    expect(await differences()).toEqual([]);
    for (const key of ['ORB-1', 'NOVA-1'])
      expect((await scene.app.get(`/issues/${key}`)).body).toMatchObject({ issue_key: 'NOVA-1' });
  });

  it('is a version that is gone, by the name it had here, because Jira finds nothing by its id', async () => {
    const { version } = await withVersion(kind, 1);
    scene.jira.site.removeVersion(version.id);
    await scene.settle();
    scene.now += MINUTE_MS;
    expect(await scene.turn(askedLoop)).toMatchObject({ outcome: 'done', fault: null });
    expect(await differences()).toEqual([]);
  });

  it('is no fault when Jira does not have it any more, because others are still to be read', async () => {
    const { version } = await withVersion(kind, 1);
    scene.jira.site.renameVersion(version.id, '2.0');
    await scene.settle();
    scene.jira.site.ledger.put({ subject: 'x', apply: ({ versions }) => versions.delete(version.id) });
    const other = scene.jira.site.changeSprint(scene.jira.site.sprint('One').id, { name: 'Two' });
    await scene.settle();
    scene.now += MINUTE_MS;
    expect(await scene.turn(askedLoop)).toMatchObject({ outcome: 'done', fault: null });
    expect([await askedFor('version', version.id), await askedFor('sprint', other.id)]).toEqual([null, null]);
  });

  it('stays asked for until all is stored, and goes on behind what was read, because a turn ends in time', async () => {
    const { version } = await withVersion(kind, 12);
    scene.jira.most_rows = 5;
    scene.jira.site.renameVersion(version.id, '2.0');
    await scene.settle();
    scene.now += MINUTE_MS;
    const { openReads } = scene.deps;
    let bodies = 0;
    scene.deps.openReads = async () => {
      const reads = await openReads();
      const readBodies: typeof reads.readBodies = (ids) => {
        bodies += ids.length;
        // The turn is over after each read.
        scene.now += MINUTE_MS;
        return reads.readBodies(ids);
      };
      return { ...reads, readBodies };
    };
    const turns: boolean[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      turns.push((await askedFor('version', version.id)) !== null);
      await scene.turnUntil(scene.now + 1, askedLoop);
    }
    expect([turns, bodies]).toEqual([[true, true, true], 12]);
    expect(await askedFor('version', version.id)).toBeNull();
    expect(await differences()).toEqual([]);
  });
});

it('is read again a day later when Jira did not show all of it, because it said so', async () => {
  const { version } = await withVersion('cloud', 2);
  scene.jira.most_rows = 1;
  scene.jira.site.renameVersion(version.id, '2.0');
  await scene.settle();
  scene.now += MINUTE_MS;
  const lost = [{ headers: {} }, FAULTS.expiredToken];
  scene.jira.fail([...lost, ...lost, ...lost], /search/);
  expect(await scene.turn(askedLoop)).toMatchObject({ outcome: 'done' });
  expect(await differences()).toHaveLength(1);
  expect(await askedFor('version', version.id)).toMatchObject({ due_ms: scene.now + DAY_MS });
  scene.now += DAY_MS;
  await scene.turn(askedLoop);
  expect(await differences()).toEqual([]);
  expect(await askedFor('version', version.id)).toBeNull();
});

it('is read again a day later when Jira failed to show one of its issues, because it still has the old name', async () => {
  const { version, ids } = await withVersion('cloud', 3);
  scene.jira.most_rows = 1;
  scene.jira.site.renameVersion(version.id, '2.0');
  await scene.settle();
  scene.now += MINUTE_MS;
  // Not one of the last page: what was met on the way counts too.
  const isOdd = (id: unknown) => String(id) === String(ids[0]);
  scene.jira.spoil = ({ path, body: { issueIdsOrKeys } }) =>
    (Array.isArray(issueIdsOrKeys) && issueIdsOrKeys.some(isOdd)) || path.endsWith(`/issue/${ids[0]}`)
      ? { status: 400 }
      : null;
  expect(await scene.turn(askedLoop)).toMatchObject({
    outcome: 'done',
    loops: [{ counters: { unread: 1 } }],
  });
  expect(await differences()).toHaveLength(1);
  scene.jira.spoil = () => null;
  expect(await askedFor('version', version.id)).toMatchObject({ due_ms: scene.now + DAY_MS });
});
