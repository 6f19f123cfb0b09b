import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../src/domain/instant.ts';
import { LOOPS } from '../../../src/reconcile/loops.ts';
import { depth } from '../../support/depth.ts';
import { tableAgainstJira } from '../../support/scripted-jira/compare.ts';
import type { JiraKind } from '../../support/scripted-jira/scripted-jira.ts';
import { useEngine } from '../../support/use-engine.ts';
import { openScene, type Scene } from './scene.ts';

const engine = useEngine();
let scene: Scene;

afterEach(() => scene.close());

/** A slow machine needs long for 31 days. */

/** What people do, and whether its webhook comes. */
const change = fc.record({
  what: fc.constantFrom('create', 'edit', 'silent', 'rename', 'component', 'move', 'project', 'sprint'),
  which: fc.nat(9),
  comes: fc.boolean(),
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const startSite = async (kind: JiraKind) => {
  scene = await openScene(engine.endpoint, kind);
  const { site } = scene.jira;
  const projects = [site.project('ORB'), site.project('NOVA')] as const;
  const version = site.version(projects[0], '1.0');
  const component = site.component(projects[0], 'Core');
  const sprint = site.sprint('One');
  const said = { fix_versions: [version.id], components: [component.id], sprints: [sprint.id] };
  // From before set-up: told by nobody.
  const before = [0, 1, 2].map(() => site.create(projects[0], said, { silent: true }).id);
  site.move(before[0] ?? 0, projects[1], { silent: true });
  return { site, projects, version, component, sprint, said, ids: before };
};

type Started = Awaited<ReturnType<typeof startSite>>;

const play = ({ site, projects, ids, ...started }: Started, { what, which }: Change, count: number): void => {
  const id = ids[which % ids.length] ?? 0;
  const { version, component, sprint, said } = started;
  const name = `name ${count}`;
  if (what === 'create') ids.push(site.create(projects[0], said).id);
  else if (what === 'edit') site.edit(id, { summary: name });
  else if (what === 'silent') site.edit(id, { summary: name }, { silent: true, still: true });
  else if (what === 'rename') site.renameVersion(version.id, name);
  else if (what === 'component') site.renameComponent(component.id, name);
  else if (what === 'move') site.move(id, projects[which % 2 === 0 ? 0 : 1]);
  else if (what === 'project') site.changeProject(projects[0].id, { key: `ORB${count}`, name });
  else site.changeSprint(sprint.id, { name });
};

it('end at what Jira says after 31 days, whatever webhooks did not come, because each finds what others cannot', {
  tags: ['deep'],
  timeout: 300_000,
}, async () => {
  const histories = fc.array(change, { minLength: 1, maxLength: 8 });
  const kinds = fc.constantFrom<JiraKind>('cloud', 'data-center-10');
  await fc.assert(
    fc.asyncProperty(kinds, histories, async (kind, changes) => {
      const started = await startSite(kind);
      expect(await scene.turn(...LOOPS)).toMatchObject({ outcome: 'done' });
      expect(await tableAgainstJira(scene.jira, scene.app.get)).toEqual([]);
      for (const [index, one] of changes.entries()) {
        scene.jira.sending.fate = () => (one.comes ? 'sent' : 'lost');
        play(started, one, index);
        scene.now += HOUR_MS;
        await scene.settle();
        expect(await scene.turn(...LOOPS)).toMatchObject({ outcome: 'done', fault: null });
      }
      // Of few issues a thirtieth is one a day.
      for (let days = depth(started.ids.length + 1, 31); days > 0; days -= 1) {
        scene.now += DAY_MS;
        expect(await scene.turn(...LOOPS)).toMatchObject({ outcome: 'done', fault: null });
      }
      expect(await tableAgainstJira(scene.jira, scene.app.get)).toEqual([]);
      await scene.close();
    }),
    { numRuns: depth(1, 5) },
  );
});
