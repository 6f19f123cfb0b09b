import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, type Metric } from 'aws-cdk-lib/aws-cloudwatch';

/**
 * One metric for an alarm; a missing value counts as nothing. CloudWatch would look past it for an older value when it
 * can find one, so that an alarm on what is seldom counted would neither begin nor end in time (CloudWatch user guide,
 * "How alarm state is evaluated when data is missing"). When no value is left at all there is nothing to fill, and the
 * alarm says itself what that means.
 */
export const filled = (metric: Metric): MathExpression => {
  const { label, period } = metric;
  return new MathExpression({ label, period, expression: 'FILL(value, 0)', usingMetrics: { value: metric } });
};

/**
 * The sum of several counts; what has no value counts as nothing, so that an alarm ends by itself.
 * @param name what people read, and in camel case part of ids, which are unique within a graph
 */
export const sumOf = (name: string, period: Duration, metrics: IMetric[]): MathExpression => {
  const prefix = name.replaceAll(/ (\w)/g, (_, letter: string) => letter.toUpperCase());
  const named = metrics.map((metric, index) => [`${prefix}${index}`, metric] as const);
  const expression = named.map(([id]) => `FILL(${id}, 0)`).join(' + ');
  return new MathExpression({ label: name, period, expression, usingMetrics: Object.fromEntries(named) });
};
