import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Env } from '../contract/env.ts';
import { METRICS_NAMESPACE, type MetricName } from '../contract/metrics.ts';

/** Adds to a metric that alarms and the dashboard use. */
export type Count = (name: MetricName, value?: number) => void;

/**
 * Emits CloudWatch metrics as lines in the embedded metric format, which Lambda reads from standard output; each is
 * written at once, because Lambda freezes the process after an answer. Outside Lambda, nothing is written.
 */
export const openMetrics = (env: Env): Count => {
  if (!env.on_lambda) return () => {};
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: env.TABLE_NAME });
  return (name, value = 1) => {
    metrics.addMetric(name, MetricUnit.Count, value);
    metrics.publishStoredMetrics();
  };
};
