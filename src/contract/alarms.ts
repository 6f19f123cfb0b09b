import { AWS_METRICS } from './alarms/alarm-row.ts';
import { DELIVERY_ALARMS } from './alarms/deliveries.ts';
import { PART_ALARMS } from './alarms/parts.ts';
import { PROCESSING_ALARMS } from './alarms/processing.ts';
import { UPKEEP_ALARMS } from './alarms/upkeep.ts';
import { isMetricName } from './metrics.ts';

/** The alarms of every stack. */
const ALWAYS = { ...DELIVERY_ALARMS, ...PROCESSING_ALARMS, ...UPKEEP_ALARMS };

/** An optional part of the stack. */
export type StackPart = keyof typeof PART_ALARMS;

/** Every alarm that is sent to people, in the order of the dashboard. */
export const ALARMS = { ...ALWAYS, ...PART_ALARMS.site, ...PART_ALARMS.executions };

export type AlarmName = keyof typeof ALARMS;

const isAlarmName = (name: string): name is AlarmName => name in ALARMS;

/** The alarms of a stack that has these parts. */
export const alarmNames = (parts: readonly StackPart[]): readonly AlarmName[] =>
  Object.keys(ALARMS)
    .filter(isAlarmName)
    .filter((name) => name in ALWAYS || parts.some((part) => name in PART_ALARMS[part]));

/** How many CloudWatch metrics the alarms of a stack with these functions evaluate. */
export const countAlarmMetrics = (functions: readonly string[]): number =>
  alarmNames(partsOf(functions))
    .map((name) => ALARMS[name].metric)
    .reduce((sum, metric) => sum + (isMetricName(metric) ? 1 : AWS_METRICS[metric](functions)), 0);

/** The parts that a stack with these functions has. */
export const partsOf = (functions: readonly string[]): StackPart[] => [
  ...(functions.includes('reconcile') ? (['site'] as const) : []),
  ...(functions.includes('send') ? (['executions'] as const) : []),
];

/** The page that every alarm refers to. */
export const RUNBOOK = 'docs/runbooks/troubleshooting.md';

/**
 * Our part of the text of the alarm e-mail.
 * @param docsUrl address under which `docs/` is served; undefined: the text has a path instead
 */
export const alarmDescription = (name: AlarmName, docsUrl: string | undefined): string => {
  const { wrong, first, section } = ALARMS[name];
  const runbook = docsUrl === undefined ? RUNBOOK : `${docsUrl}/${RUNBOOK}`;
  return `${wrong} First: ${first} Runbook: ${runbook}#${section}`;
};
