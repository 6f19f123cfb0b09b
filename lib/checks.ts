import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

/** Makes synth fail on every finding of cdk-nag that has no written reason. */
export const addChecks = (app: App): void =>
  Validations.of(app).addPlugins(
    new AwsSolutionsChecks(app, { verbose: true }),
    new ServerlessChecks(app, { verbose: true }),
  );

/**
 * States why findings of cdk-nag are left as they are: on this construct and what is in it, and nowhere else. In
 * the form with the name of the pack before it, the reason also goes into `validation-report.json`.
 * @param reasons by rule, such as `AwsSolutions-S1`
 */
export const acknowledge = (construct: IConstruct, reasons: Record<string, string>): void => {
  for (const [rule, reason] of Object.entries(reasons))
    Validations.of(construct).acknowledge({ id: `${rule.split('-')[0]}::${rule}`, reason });
};
