import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { DAY_MS } from '../../../src/domain/instant.ts';
import { thirtiethLoop } from '../../../src/reconcile/thirtieth.ts';
import { eventKey } from '../../../src/store/calls/keys.ts';
import { readCheckpoint } from '../../../src/store/reconcile/checkpoint.ts';
import { putProjects } from '../../../src/store/reconcile/projects.ts';
import { depth } from '../../support/depth.ts';
import { tableAgainstJira } from '../../support/scripted-jira/compare.ts';
import type { JiraKind } from '../../support/scripted-jira/scripted-jira.ts';
import { useEngine } from '../../support/use-engine.ts';
import { openScene, type Scene } from './scene.ts';

const engine = useEngine();
let scene: Scene;

afterEach(() => scene.close());

/** A slow machine needs long for 30 days. */

const place = () => ({ ...scene.deps, signal: AbortSignal.timeout(60_000) });

/** Projects with so many issues each, as webhooks told them and a census listed them. */
const withProjects = async (kind: JiraKind, sizes: number[]): Promise<number[][]> => {
  scene = await openScene(engine.endpoint, kind);
  const { site } = scene.jira;
  const ids = sizes.map((size, index) => {
    const project = site.project(`P${index}`);
    return Array.from({ length: size }, () => site.create(project).id);
  });
  await scene.settle();
  const projects = [...site.state.projects.values()].map(({ id, key, keys }) => ({
    ...{ id: String(id), key, keys: [...keys] },
    ...{ generation: 1, result: null },
  }));
  await putProjects(place(), projects);
  scene.now += DAY_MS;
  return ids;
};

const differences = () => tableAgainstJira(scene.jira, scene.app.get);

const driftOf = async () => {
  const { drift } = await readCheckpoint(place(), 'thirtieth', z.unknown());
  return Object.values(drift);
};

/** Ids whose bodies Jira was asked for since the log had this length. */
const idsRead = (from: number): number[] =>
  scene.jira.log.slice(from).flatMap(({ path, body: { issueIdsOrKeys } }) => {
    const alone = /\/issue\/(\d+)$/.exec(path)?.[1];
    return (Array.isArray(issueIdsOrKeys) ? issueIdsOrKeys : alone === undefined ? [] : [alone]).map(Number);
  });

describe('the daily thirtieth', () => {
  it('reads every body once in 30 days, in order, because what changes without updated is told by nobody', {
    tags: ['deep'],
    timeout: 240_000,
  }, async () => {
    const sizes = fc.array(fc.nat(20), { minLength: 1, maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(sizes, async (drawn) => {
        const all = (await withProjects('cloud', drawn)).flat();
        const from = scene.jira.log.length;
        for (let day = 0; day < 30; day += 1) {
          await scene.turn(thirtiethLoop);
          scene.now += DAY_MS;
        }
        const read = idsRead(from);
        expect(read.slice(0, all.length)).toEqual(all);
        // Of few issues a thirtieth is one: the rest are read more often.
        expect(read).toHaveLength(30 * Math.ceil(all.length / 30));
        await scene.close();
      }),
      { numRuns: depth(1, 5) },
    );
  });

  it.each<JiraKind>(['cloud', 'data-center-10'])(
    'repairs what changed silently in %s, and counts it as drift of what was compared',
    async (kind) => {
      const [ids = []] = await withProjects(kind, [30]);
      const [first = 0] = ids;
      scene.jira.site.edit(first, { summary: 'changed in the database' }, { silent: true, still: true });
      expect(await differences()).toHaveLength(1);
      expect(await scene.turn(thirtiethLoop)).toMatchObject({
        loops: [{ complete: true, counters: { repaired: 1, compared: 1, differed: 1 } }],
      });
      expect(await differences()).toEqual([]);
      expect(await driftOf()).toEqual([{ compared: 1, differed: 1 }]);
    },
  );

  it('is done once a day, and asks nothing more until the next, because it is to be cheap', async () => {
    await withProjects('cloud', [3]);
    await scene.turn(thirtiethLoop);
    scene.asked();
    expect(await scene.turn(thirtiethLoop)).toMatchObject({ outcome: 'done', loops: [] });
    expect(scene.asked()).toEqual([]);
  });

  it('reads issues of active sprints every day, because they change most', async () => {
    const [ids = []] = await withProjects('cloud', [60]);
    const { site } = scene.jira;
    const last = ids.at(-1) ?? 0;
    const [active, closed] = [site.sprint('One'), site.sprint('Two', 'closed')];
    site.edit(last, { sprints: [active.id] });
    site.edit(ids.at(-2) ?? 0, { sprints: [closed.id] });
    await scene.settle();
    const from = scene.jira.log.length;
    await scene.turn(thirtiethLoop);
    expect(idsRead(from)).toEqual([last, ids[0], ids[1]]);
  });

  it('reads on the next day what Jira failed to show, because its own day comes a month later', async () => {
    const [ids = []] = await withProjects('cloud', [60]);
    scene.jira.spoil = ({ path }) => (path.includes('/issue/') ? { status: 400 } : null);
    expect(await scene.turn(thirtiethLoop)).toMatchObject({
      outcome: 'done',
      loops: [{ counters: { unread: 2 } }],
    });
    scene.jira.spoil = () => null;
    scene.now += DAY_MS;
    const from = scene.jira.log.length;
    await scene.turn(thirtiethLoop);
    expect(idsRead(from)).toEqual(ids.slice(0, 4));
    scene.now += DAY_MS;
    const later = scene.jira.log.length;
    await scene.turn(thirtiethLoop);
    expect(idsRead(later)).toEqual(ids.slice(4, 6));
  });

  it('goes on where no sprint can be searched for, because a Jira may have no boards', async () => {
    const [ids] = await withProjects('cloud', [1]);
    const from = scene.jira.log.length;
    scene.jira.fail(
      [{ status: 400, body: '{"errorMessages":["Field \'sprint\' does not exist"]}' }],
      /search/,
    );
    expect(await scene.turn(thirtiethLoop)).toMatchObject({ outcome: 'done', loops: [{ complete: true }] });
    expect(idsRead(from)).toEqual(ids);
  });

  it('leaves deleted issues alone, because their mark stays whatever Jira says', async () => {
    const [ids = []] = await withProjects('cloud', [2]);
    const [first = 0, second] = ids;
    scene.jira.site.remove(first);
    await scene.settle();
    const from = scene.jira.log.length;
    for (let day = 0; day < 2; day += 1) {
      await scene.turn(thirtiethLoop);
      scene.now += DAY_MS;
    }
    expect(idsRead(from)).toEqual([second]);
  });

  it('ends a day without anything when its projects are gone, because there is nothing to wait for', async () => {
    await withProjects('cloud', [2]);
    scene.deps.projects = ['NONE'];
    await scene.turn(thirtiethLoop);
    scene.deps.projects = null;
    scene.now += DAY_MS;
    expect(await scene.turn(thirtiethLoop)).toMatchObject({ outcome: 'done', loops: [{ complete: true }] });
  });

  it('puts an event that a crash lost, when it is a day old, because its delivery is not sent again', async () => {
    const [ids = []] = await withProjects('cloud', [1]);
    const { body } = await scene.app.get(`/issues/${ids[0]}`);
    const { event_id } = z.object({ last_event: z.object({ event_id: z.string() }) }).parse(body).last_event;
    const { table } = scene.app.events;
    await table.documentClient.send(new DeleteCommand({ TableName: table.name, Key: eventKey(event_id) }));
    expect((await scene.app.get(`/events/${event_id}`)).status).toBe(404);
    scene.now += DAY_MS;
    await scene.turn(thirtiethLoop);
    expect((await scene.app.get(`/events/${event_id}`)).status).toBe(200);
  });
});
