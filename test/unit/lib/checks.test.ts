import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it, vi } from 'vitest';
import { acknowledge, addChecks } from '../../../lib/checks.ts';
import { readContext } from '../../../lib/context.ts';
import { JiraWebhookSyncStack } from '../../../lib/jira-webhook-sync-stack.ts';
import { EVERYTHING_SET, newApp, tinyBundles } from './synth-stack.ts';

type Finding = { ruleName: string; reason?: string; acknowledgedAt?: string };
type Report = {
  pluginName: string;
  conclusion: string;
  violations: Finding[];
  suppressedViolations?: Finding[];
};

/** Synthesizes, and reads what the checks had to say. */
const check = (app: App): { failed: boolean; reports: Report[] } => {
  const silent = vi.spyOn(console, 'error').mockImplementation(() => {});
  let failed = false;
  try {
    app.synth();
  } catch {
    failed = true;
  } finally {
    silent.mockRestore();
  }
  const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
  return { failed, reports: pluginReports };
};

const checkedApp = (values: Record<string, unknown> = {}): App => {
  const app = newApp(values);
  addChecks(app);
  return app;
};

const findings = ({ reports }: { reports: Report[] }): string[] =>
  reports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName)).sort();

describe('cdk-nag', () => {
  it.each([
    ['dev', {}],
    ['prod', { stage: 'prod', ...EVERYTHING_SET }],
  ])('has nothing to say against %s, and each acknowledged finding has a reason', (_, values) => {
    const app = checkedApp(values);
    new JiraWebhookSyncStack(app, { context: readContext(app.node.getAllContext()), bundles: tinyBundles() });
    const checked = check(app);
    expect([checked.failed, findings(checked)]).toEqual([false, []]);
    expect(checked.reports.map(({ pluginName, conclusion }) => [pluginName, conclusion])).toEqual([
      ['AwsSolutions', 'success'],
      ['Serverless', 'success'],
    ]);
    const reasons = checked.reports.flatMap(({ suppressedViolations = [] }) => suppressedViolations);
    expect(reasons.length).toBeGreaterThan(20);
    expect(reasons.filter(({ reason = '' }) => reason.length < 40).map(({ ruleName }) => ruleName)).toEqual(
      [],
    );
  });

  it('is acknowledged for ListStreams at the role that has it, because elsewhere the reason would not be true', () => {
    const app = checkedApp();
    new JiraWebhookSyncStack(app, { context: readContext(app.node.getAllContext()), bundles: tinyBundles() });
    const reasons = check(app).reports.flatMap(({ suppressedViolations = [] }) => suppressedViolations);
    const named = reasons.filter(({ reason = '' }) => reason.includes('ListStreams'));
    expect(named.map(({ acknowledgedAt }) => acknowledgedAt)).toEqual([
      'JiraWebhookSync-dev/Functions/Correlate/Role',
    ]);
  });

  it('stops a bad stack, because a check that cannot fail checks nothing', () => {
    const app = checkedApp();
    const stack = new Stack(app, 'Bad');
    new Bucket(stack, 'Bucket');
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:*'], resources: ['*'] }));
    const checked = check(app);
    expect(checked.failed).toBe(true);
    expect(findings(checked)).toEqual([
      'AwsSolutions-IAM5[Action::dynamodb:*]',
      'AwsSolutions-IAM5[Resource::*]',
      'AwsSolutions-S1',
      'AwsSolutions-S10',
    ]);
  });

  it('is silenced only where a reason is given, not for the same elsewhere', () => {
    const app = checkedApp();
    const stack = new Stack(app, 'Bad');
    for (const id of ['One', 'Two']) new Bucket(stack, id, { enforceSSL: true });
    acknowledge(stack.node.findChild('One'), { 'AwsSolutions-S1': 'Because of this test.' });
    const checked = check(app);
    expect([checked.failed, findings(checked)]).toEqual([true, ['AwsSolutions-S1']]);
    expect(JSON.stringify(checked.reports[0]?.violations)).toContain('Bad/Two/Resource');
    expect(JSON.stringify(checked.reports[0]?.violations)).not.toContain('Bad/One/Resource');
  });
});
