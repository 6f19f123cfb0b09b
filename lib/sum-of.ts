import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';

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
