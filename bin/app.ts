import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { addChecks } from '../lib/checks.ts';
import { ContextError, readContext } from '../lib/context.ts';
import { JiraWebhookSyncStack } from '../lib/jira-webhook-sync-stack.ts';

try {
  const app = new App();
  addChecks(app);
  const context = readContext(app.node.getAllContext());
  new JiraWebhookSyncStack(app, { context, bundles: join(import.meta.dirname, '../.build') });
  app.synth();
} catch (fault) {
  if (!(fault instanceof ContextError)) throw fault;
  console.error(fault.message);
  process.exitCode = 1;
}
