import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Env } from '../contract/env.ts';
import { METRICS_NAMESPACE, type MetricName } from '../contract/metrics.ts';

/** Counts something that alarms and the dashboard look at. */
export type Count = (name: MetricName, value?: number) => void;

/**
 * Counts as CloudWatch metrics, by lines in the embedded metric format that Lambda hands over from standard
 * output; each is written at once, because Lambda freezes the process after an answer. Elsewhere they are
 * not read, and nothing is written.
 */
export const openMetrics = (env: Env): Count => {
  if (!env.on_lambda) return () => {};
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: env.TABLE_NAME });
  return (name, value = 1) => {
    metrics.addMetric(name, MetricUnit.Count, value);
    metrics.publishStoredMetrics();
  };
};
