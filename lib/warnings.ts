import { Annotations, type Stack } from 'aws-cdk-lib';
import type { StackContext } from './context.ts';
import { functionSettings } from './function-settings.ts';

/**
 * What all functions of an account and region may run at once unless AWS gave it more, and what of it must stay
 * unreserved (Lambda developer guide, "Configuring reserved concurrency for a function").
 */
const STANDARD_QUOTA = 1_000;
const MUST_STAY_UNRESERVED = 100;

const reservedAt = (throttleRate: number): number =>
  Object.values(functionSettings(throttleRate)).reduce(
    (sum, { reservedConcurrency }) => sum + (reservedConcurrency ?? 0),
    0,
  );

/** Warns at synth of values that are allowed and may still be a mistake. Only production is worth the words. */
export const addWarnings = (stack: Stack, { production, alarmEmail, throttleRate }: StackContext): void => {
  if (!production) return;
  const warn = (id: string, text: string) =>
    Annotations.of(stack).addWarningV2(`jira-webhook-sync:${id}`, text);
  if (alarmEmail === undefined)
    warn('no-alarm-email', 'alarmEmail is not set: no alarm reaches anybody who is not subscribed by hand.');
  const reserved = reservedAt(throttleRate);
  if (reserved > STANDARD_QUOTA - MUST_STAY_UNRESERVED)
    warn(
      'much-concurrency',
      `throttleRate ${throttleRate} sets ${reserved} concurrent runs aside. Of the ${STANDARD_QUOTA} that an account has as standard ${MUST_STAY_UNRESERVED} must stay free: without a larger quota the deploy fails.`,
    );
};
