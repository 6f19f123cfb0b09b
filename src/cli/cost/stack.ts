import { countAlarmMetrics } from '../../contract/alarms.ts';
import { functionNames } from '../../local/project.ts';

/** Functions of a stack with neither a Jira site nor executions. */
const ALWAYS = functionNames().filter((name) => !['reconcile', 'publish', 'send'].includes(name));

/**
 * What the stack decides and a bill depends on. The stack is no part of this program, so the figures
 * are repeated here; a test compares them with the synthesized template.
 */
export const STACK = {
  /** Of each function that the bill has lines for. */
  memory_mb: { ingest: 1024, correlate: 1769, sweep: 1769, reconcile: 1024, publish: 1024, send: 1024 },
  /** Each metric that an alarm looks at is charged. */
  alarm_metrics: countAlarmMetrics(ALWAYS),
  /** More of them with a Jira site. */
  site_alarm_metrics: countAlarmMetrics([...ALWAYS, 'reconcile']) - countAlarmMetrics(ALWAYS),
  /** More of them with executions. */
  executions_alarm_metrics: countAlarmMetrics([...ALWAYS, 'publish', 'send']) - countAlarmMetrics(ALWAYS),
  dashboards: 1,
  /** Counted from the gateway's access log. */
  gateway_metrics: 2,
  log_retention_days: 30,
  /** Days for which S3 keeps earlier versions of `latest.json`. */
  noncurrent_document_days: 7,
  retention_days: 30,
} as const;
