import { AWS_METRICS } from './alarms/aws-metrics.ts';
import { DELIVERY_ALARMS } from './alarms/deliveries.ts';
import { EXECUTION_ALARMS } from './alarms/executions.ts';
import { PROCESSING_ALARMS } from './alarms/processing.ts';
import { RECONCILIATION_ALARMS } from './alarms/reconciliation.ts';
import { UPKEEP_ALARMS } from './alarms/upkeep.ts';
import { isMetricName } from './metrics.ts';

/** Of every stack. */
const ALWAYS = { ...DELIVERY_ALARMS, ...PROCESSING_ALARMS, ...UPKEEP_ALARMS };

/** Of a stack that has such a part: a Jira site that is reconciled, executions that are on. */
const OF_PART = { site: RECONCILIATION_ALARMS, executions: EXECUTION_ALARMS };

/** A part of the stack that not every one has. */
export type StackPart = keyof typeof OF_PART;

/** Every alarm that is sent to people, in the order of the dashboard. */
export const ALARMS = { ...ALWAYS, ...OF_PART.site, ...OF_PART.executions };

export type AlarmName = keyof typeof ALARMS;

const isAlarmName = (name: string): name is AlarmName => name in ALARMS;

/** Of a stack that has these parts. */
export const alarmNames = (parts: readonly StackPart[]): readonly AlarmName[] =>
  Object.keys(ALARMS)
    .filter(isAlarmName)
    .filter((name) => name in ALWAYS || parts.some((part) => name in OF_PART[part]));

/** How many metrics of CloudWatch the alarms of a stack with these functions look at. */
export const countAlarmMetrics = (functions: readonly string[]): number =>
  alarmNames(partsOf(functions))
    .map((name) => ALARMS[name].metric)
    .reduce((sum, metric) => sum + (isMetricName(metric) ? 1 : AWS_METRICS[metric](functions)), 0);

/** The parts that a stack with these functions has. */
export const partsOf = (functions: readonly string[]): StackPart[] => [
  ...(functions.includes('reconcile') ? (['site'] as const) : []),
  ...(functions.includes('send') ? (['executions'] as const) : []),
];

/** The page that every alarm names. */
export const RUNBOOK = 'docs/runbooks/troubleshooting.md';

/**
 * The part of the e-mail's text that is ours.
 * @param docsUrl address that `docs/` is served under; undefined: the text names a path
 */
export const alarmDescription = (name: AlarmName, docsUrl: string | undefined): string => {
  const { wrong, first, section } = ALARMS[name];
  const runbook = docsUrl === undefined ? RUNBOOK : `${docsUrl}/${RUNBOOK}`;
  return `${wrong} First: ${first} Runbook: ${runbook}#${section}`;
};
