import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS, toPhoenixDay } from '../../../src/domain/instant.ts';
import { censusLoop } from '../../../src/reconcile/census/census.ts';
import { oldKeysLoop } from '../../../src/reconcile/old-keys.ts';
import { NEW_CHECKPOINT, putCheckpoint } from '../../../src/store/reconcile/checkpoint.ts';
import { putProjects } from '../../../src/store/reconcile/projects.ts';
import { depth } from '../../support/depth.ts';
import type { JiraKind } from '../../support/scripted-jira/scripted-jira.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody, shaOf } from '../correlate/bodies.ts';
import { commitGaps, commitsOf } from '../correlate/found.ts';
import { openScene, type Scene } from './scene.ts';

const engine = useEngine();
let scene: Scene;

afterEach(() => scene.close());

const place = () => ({ ...scene.deps, signal: AbortSignal.timeout(60_000) });

const listProjects = async (): Promise<void> => {
  const projects = [...scene.jira.site.state.projects.values()].map(({ id, key, keys }) => ({
    ...{ id: String(id), key, keys: [...keys] },
    ...{ generation: 1, result: null },
  }));
  await putProjects(place(), projects);
};

/** An issue that was ORB-1 before set-up and is NOVA-1 now, known here only by that; and these commits. */
const withMoved = async (kind: JiraKind, ...messages: string[]): Promise<number> => {
  scene = await openScene(engine.endpoint, kind);
  const { site } = scene.jira;
  const { id } = site.create(site.project('ORB'), {}, { silent: true });
  site.move(id, site.project('NOVA'), { silent: true });
  site.edit(id, { summary: 'the first that is told' });
  await scene.jira.sending.arrived();
  const body = commitsBody(...messages.map((message, index) => commit(index + 1, message)));
  expect((await scene.app.deliverCommits('commits', body)).status).toBe(202);
  await scene.settle();
  await listProjects();
  scene.asked();
  return id;
};

/** As if Jira had been asked for so many keys today. */
const askedToday = async (asked: number): Promise<void> => {
  const state = { day: toPhoenixDay(scene.now), looked: 0, asked, done: false };
  const at_first = { phase: 'without_story', at: null, issue: null };
  const checkpoint = { ...NEW_CHECKPOINT, state: { ...state, ...at_first } };
  await putCheckpoint(place(), oldKeysLoop.name, checkpoint, 'the runner before');
};

const byKey = () => scene.asked().filter((request) => /GET .*\/issue\/[A-Z]/.test(request));

describe('keys from before set-up', () => {
  it.each<JiraKind>(['cloud', 'data-center-10'])(
    'are asked for by key in %s, so that a commit finds an issue that was moved before anybody listened',
    async (kind) => {
      const id = await withMoved(kind, 'ORB-1 fix it');
      expect(await commitsOf(scene.app.get, String(id))).toEqual([]);
      await scene.run(oldKeysLoop);
      expect(byKey()).toEqual(['GET /rest/api/2/issue/ORB-1']);
      expect((await scene.app.get('/issues/ORB-1')).body).toMatchObject({ issue_id: String(id) });
      await scene.settle();
      expect(await commitsOf(scene.app.get, 'NOVA-1')).toEqual([`acme/shop ${shaOf(1)} message`]);
      expect(await commitGaps(scene.app.get)).toEqual({});
    },
  );

  it('are asked for once, whatever Jira says, because it would say the same again', async () => {
    await withMoved('cloud', 'ORB-7 was deleted long ago', 'ORB-7 again', 'ORB-1');
    for (let day = 0; day < 3; day += 1) {
      await scene.run(oldKeysLoop);
      await scene.settle();
      scene.now += DAY_MS;
    }
    expect(byKey().sort()).toEqual(['GET /rest/api/2/issue/ORB-1', 'GET /rest/api/2/issue/ORB-7']);
  });

  it('are not asked for before a census has loaded the table, because it brings most of them', async () => {
    await withMoved('cloud', 'ORB-1 fix it');
    expect(await scene.turn(oldKeysLoop)).toMatchObject({ outcome: 'done', loops: [] });
    await scene.run(censusLoop);
    expect(await scene.turn(oldKeysLoop)).toMatchObject({ loops: [{ complete: true }] });
    expect(byKey()).toEqual(['GET /rest/api/2/issue/ORB-1']);
  });

  it('are those of projects that the site has, under any key, because UTF-8 is no issue', async () => {
    await withMoved('cloud', 'UTF-8 and XYZ-4 and FEATURE_ORB-2');
    scene.jira.site.changeProject(scene.jira.site.project('ORB').id, { key: 'MARS' });
    await listProjects();
    await scene.run(oldKeysLoop);
    expect(byKey()).toEqual(['GET /rest/api/2/issue/ORB-2']);
  });

  it('may stand beside the key of an issue that is known, because a commit may belong to both', async () => {
    const id = await withMoved('cloud', 'ORB-2 and ORB-1', 'NOVA-2 and ORB-1');
    const { site } = scene.jira;
    for (const key of ['ORB', 'NOVA']) site.create(site.project(key));
    await scene.settle();
    expect(await commitGaps(scene.app.get)).toEqual({});
    await scene.run(oldKeysLoop);
    await scene.settle();
    const both = [1, 2].map((n) => `acme/shop ${shaOf(n)} message`);
    expect(await commitsOf(scene.app.get, String(id))).toEqual(both);
  });

  it('are those of the projects that count, because others are none of our business', async () => {
    await withMoved('cloud', 'ORB-1 fix it');
    scene.deps.projects = ['NOVA'];
    await scene.run(oldKeysLoop);
    expect(byKey()).toEqual([]);
  });

  it('are at most 1,000 a day, and the others follow, because Jira is asked for more than these', {
    tags: ['deep'],
    timeout: 240_000,
  }, async () => {
    const before = depth(960, 0);
    const named = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => `ORB-${from + index}`).join(' ');
    const messages = Array.from({ length: (1_040 - before) / 40 }, (_, index) => named(100 + index * 40, 40));
    await withMoved('cloud', ...messages);
    await askedToday(before);
    const { openReads } = scene.deps;
    const asked: string[] = [];
    const readIssue = async (key: string) => {
      asked.push(key);
      return { gone: true } as const;
    };
    scene.deps.openReads = async () => ({ ...(await openReads()), readIssue });
    for (const sum of [1_000, 1_000]) {
      await scene.run(oldKeysLoop);
      expect(before + asked.length).toBe(sum);
    }
    scene.now += DAY_MS;
    await scene.run(oldKeysLoop);
    expect([before + asked.length, before + new Set(asked).size]).toEqual([1_040, 1_040]);
  });

  it('of which Jira fails to show one are asked for all the same, and that one another day', async () => {
    await withMoved('cloud', 'ORB-7 is odd', 'ORB-1');
    scene.jira.spoil = ({ path }) => (path.endsWith('/ORB-7') ? { status: 500 } : null);
    expect(await scene.run(oldKeysLoop)).toMatchObject({
      outcome: 'done',
      fault: null,
      loops: [{ counters: { unread: 1, seen: 1 } }],
    });
    scene.jira.spoil = () => null;
    scene.asked();
    scene.now += DAY_MS;
    await scene.run(oldKeysLoop);
    expect(byKey()).toEqual(['GET /rest/api/2/issue/ORB-7']);
  });

  it('of which one was asked for before a crash is asked for again, because its event may be missing', async () => {
    const id = await withMoved('cloud', 'ORB-1 fix it');
    const { observe } = scene.deps;
    scene.deps.observe = async (looks, restore) => {
      await observe(looks, restore);
      throw new Error('the process dies');
    };
    await scene.run(oldKeysLoop);
    scene.deps.observe = observe;
    await scene.run(oldKeysLoop);
    await scene.settle();
    expect(await commitsOf(scene.app.get, String(id))).toHaveLength(1);
  });
});
