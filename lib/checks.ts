import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

/** Makes synth fail on every cdk-nag finding that is not acknowledged with a reason. */
export const addChecks = (app: App): void =>
  Validations.of(app).addPlugins(
    new AwsSolutionsChecks(app, { verbose: true }),
    new ServerlessChecks(app, { verbose: true }),
  );

/**
 * Acknowledges cdk-nag findings with a reason, for this construct and its children only. With the pack's name as a
 * prefix of the id, the reason also appears in `validation-report.json`.
 * @param reasons by rule, such as `AwsSolutions-S1`
 */
export const acknowledge = (construct: IConstruct, reasons: Record<string, string>): void => {
  for (const [rule, reason] of Object.entries(reasons))
    Validations.of(construct).acknowledge({ id: `${rule.split('-')[0]}::${rule}`, reason });
};
