import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod/mini';
import cdkJson from '../../../cdk.json' with { type: 'json' };
import { readContext } from '../../../lib/context.ts';
import { FUNCTIONS } from '../../../lib/functions/registry.ts';
import { JiraWebhookSyncStack } from '../../../lib/jira-webhook-sync-stack.ts';
import { RUN_FOLDER } from '../../support/run-folder.ts';

/** Bundles of a line each, where it does not matter what is in them. */
export const tinyBundles = (): string => {
  const bundles = join(RUN_FOLDER, 'tiny-bundles');
  for (const name of FUNCTIONS) {
    mkdirSync(join(bundles, name), { recursive: true });
    // As a whole or not at all: files of a run share them, and one may be reading.
    const made = join(mkdtempSync(join(RUN_FOLDER, 'tiny-')), 'index.mjs');
    writeFileSync(made, `export const handler = () => '${name}';\n`);
    renameSync(made, join(bundles, name, 'index.mjs'));
  }
  return bundles;
};

const resource = z.object({
  Type: z.string(),
  Properties: z._default(z.record(z.string(), z.unknown()), {}),
  DeletionPolicy: z.optional(z.string()),
  UpdateReplacePolicy: z.optional(z.string()),
});

export type Resource = z.output<typeof resource>;

const document = z.object({
  Resources: z.record(z.string(), resource),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })),
});

export type SynthesizedStack = {
  app: App;
  stack: JiraWebhookSyncStack;
  template: Template;
  resources: Record<string, Resource>;
  outputs: Record<string, { Value?: unknown }>;
};

/** The app as bin/app.ts makes it, in this process, with these context values beside the flags of cdk.json. */
export const newApp = (values: Record<string, unknown> = {}): App =>
  new App({
    analyticsReporting: false,
    // Seconds of every process; the synth that npm runs has it on.
    builtinCloudFormationValidation: false,
    outdir: mkdtempSync(join(RUN_FOLDER, 'cdk-out-')),
    context: { ...cdkJson.context, ...values },
  });

/** The stack with these context values, synthesized anew. */
export const synthAnew = (
  values: Record<string, unknown> = {},
  bundles: string = tinyBundles(),
): SynthesizedStack => {
  const app = newApp(values);
  const stack = new JiraWebhookSyncStack(app, { context: readContext(app.node.getAllContext()), bundles });
  const template = Template.fromStack(stack);
  const { Resources, Outputs } = document.parse(template.toJSON());
  return { app, stack, template, resources: Resources, outputs: Outputs };
};

declare global {
  var keptStacks: Map<string, SynthesizedStack> | undefined;
}

/** The same, once for all files of a worker, to look at: files run their modules anew, so these cannot keep it. */
export const synthStack = (
  values: Record<string, unknown> = {},
  bundles: string = tinyBundles(),
): SynthesizedStack => {
  globalThis.keptStacks ??= new Map();
  const key = JSON.stringify([values, bundles]);
  const kept = globalThis.keptStacks.get(key) ?? synthAnew(values, bundles);
  globalThis.keptStacks.set(key, kept);
  return kept;
};

/** The least that has a Jira site to reconcile. */
export const A_SITE = { jiraSiteUrl: 'https://acme.atlassian.net' };

/** The least that sends. */
export const SENDING = { executions: 'on' };

/** Every context value but the stage set to something else than its default. */
export const EVERYTHING_SET = {
  alarmEmail: 'ops@example.com',
  jiraWebhookSecretArn: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:jira-AbCdEf',
  throttleRate: '500',
  throttleBurst: '900',
  connectionThrottleRate: '70',
  connectionThrottleBurst: '140',
  retentionDays: '7',
  batchWindowSeconds: '5',
  allowedCidrs: '192.0.2.0/24,2001:db8::/32',
  domainName: 'webhooks.example.com',
  certificateArn: 'arn:aws:acm:us-west-2:123456789012:certificate/0b1c-2d3e',
  quietHours: '20:00-06:00',
  jiraSiteUrl: 'https://acme.atlassian.net',
  jiraApiUrl: 'https://api.atlassian.com/ex/jira/0b1c-2d3e',
  jiraApiUser: 'bot@example.com',
  reconcileProjects: 'ABC,SHOP',
  reconcileRate: '5',
  executions: 'on',
  traces: 'on',
  docsUrl: 'https://git.example.com/team/sync/blob/main',
};
