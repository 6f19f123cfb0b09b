import { afterEach, describe, expect, it } from 'vitest';
import { SECRET, sign, startApp, type TestApp } from '../../support/app.ts';
import { tableAgainstJira } from '../../support/scripted-jira/compare.ts';
import {
  type JiraKind,
  type ScriptedJira,
  startScriptedJira,
} from '../../support/scripted-jira/scripted-jira.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let jira: ScriptedJira;
let app: TestApp;
let refused: number;

afterEach(() => jira.close());

/** A site whose deliveries come into the app. */
const start = async (kind: JiraKind): Promise<void> => {
  jira = await startScriptedJira(kind);
  app = await startApp({ endpoint: engine.endpoint });
  refused = 0;
  const secret = { secret: SECRET, configuration: { SECRET } };
  jira.add({ name: 'Ours', url: 'http://127.0.0.1/webhooks/jira', ...secret });
  jira.sending.post = async ({ body, headers }) => {
    expect(headers['x-hub-signature']).toBe(sign(body));
    const { status } = await app.deliver(body, { signature: headers['x-hub-signature'] ?? '' });
    if (status >= 300) refused += 1;
    return true;
  };
};

/** One of each thing that people do. */
const live = (): void => {
  const { site } = jira;
  const orb = site.project('ORB');
  const version = site.version(orb, '1.0');
  const ada = site.user('Ada');
  const epic = site.create(orb, { type: 'Epic' });
  const story = site.create(orb, {
    ...{ parent: epic.id, fix_versions: [version.id], assignee: ada.id, labels: ['b', 'a'] },
    ...{ components: [site.component(orb, 'Core').id], sprints: [site.sprint('One').id] },
  });
  const task = site.create(orb, { type: 'Sub-task', parent: story.id });
  site.link(story.id, task.id);
  site.edit(story.id, { status: 'Done', description: 'It is done.' });
  site.move(task.id, site.project('NOVA'));
};

describe('what the scripted Jira sends', () => {
  it.each(['cloud', 'data-center-10'] as const)(
    'makes the table of %s what its model says, because the one is judged by the other',
    async (kind) => {
      await start(kind);
      live();
      await jira.sending.arrived();
      const { issues } = jira.site.state;
      for (const { id } of [...issues.values()]) jira.site.edit(id, { summary: 'at the end' });
      await jira.sending.arrived();
      expect(await tableAgainstJira(jira, app.get)).toEqual([]);
      expect([issues.size, refused, jira.sending.late]).toEqual([3, 0, []]);
    },
  );

  it('is lost, late or doubled as a test wants, and the comparison names what is missing', async () => {
    await start('cloud');
    const orb = jira.site.project('ORB');
    jira.sending.fate = () => 'lost';
    const lost = jira.site.create(orb);
    jira.sending.fate = () => 'late';
    const late = jira.site.create(orb, { summary: 'late' });
    jira.sending.fate = () => 'doubled';
    jira.site.create(orb);
    await jira.sending.arrived();
    expect(jira.sending.late.length).toBe(2);
    expect(await tableAgainstJira(jira, app.get)).toEqual([
      `${lost.id}: not there (404)`,
      `${late.id}: not there (404)`,
    ]);
    await jira.sending.sendLate();
    expect(await tableAgainstJira(jira, app.get)).toEqual([`${lost.id}: not there (404)`]);
    jira.site.edit(late.id, { summary: 'another' }, { silent: true });
    expect((await tableAgainstJira(jira, app.get))[1]).toContain('summary "late", not "another"');
  });
});
