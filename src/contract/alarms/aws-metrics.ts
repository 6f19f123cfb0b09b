import { TABLE } from '../table.ts';

/**
 * Functions of which nobody waits for the end, and the one whose refusals lose deliveries. What people ask is answered 5xx
 * when it fails: they see it themselves, and `ServerErrors` counts it.
 */
export const UNATTENDED: readonly string[] = ['ingest', 'correlate', 'sweep', 'reconcile', 'publish', 'send'];

/** Functions that work until their time is over, so that a long run is no warning. */
const USE_THEIR_TIME: readonly string[] = ['reconcile', 'send'];

const unattended = (functions: readonly string[]): string[] =>
  functions.filter((name) => UNATTENDED.includes(name));

/**
 * What alarms look at beside our own counts: methods of `ServiceMetrics`, and how many metrics of CloudWatch each
 * needs with these functions. CloudWatch charges for each.
 */
export const AWS_METRICS = {
  serverErrors: () => 1,
  tooLarge: () => 2,
  gatewayThrottled: () => 1,
  tableThrottled: () => TABLE.indexes.length + 2,
  ingestThrottled: () => 1,
  functionErrors: (functions) => unattended(functions).length,
  timeoutUsed: (functions) => unattended(functions).filter((name) => !USE_THEIR_TIME.includes(name)).length,
  streamLag: () => 1,
  sweepRuns: () => 1,
  reconciled: () => 3,
  executionsOnTime: () => 3,
} as const satisfies Record<string, (functions: readonly string[]) => number>;
