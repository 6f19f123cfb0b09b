import { startScriptedJira } from '../../support/scripted-jira/scripted-jira.ts';
import { serveParent } from '../http/child-side.ts';

/** How many issues its one project has, and what each of them says. */
export type JiraSetup = { issues: number; description: string };

/** A scripted Jira Cloud that answers at once. */
await serveParent<JiraSetup>(async ({ issues, description }, owned) => {
  const jira = await startScriptedJira('cloud');
  owned.defer(jira.close);
  const project = jira.site.project('BENCH');
  for (let made = 0; made < issues; made++) jira.site.create(project, { description }, { silent: true });
  jira.index.catchUp();
  return { url: jira.url };
});
