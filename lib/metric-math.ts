import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { TABLE } from '../src/contract/table.ts';
import type { ServiceFunction } from './constructs/service-function.ts';

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

/** The table itself or one of its indexes, with its throttled writes and reads. */
type Throttles = { place: string; writes: Metric; reads: Metric };

/** Of each place where DynamoDB can throttle, the table first. */
export const tableThrottles = (TableName: string, period: Duration): Throttles[] => {
  const metric = (metricName: string, dimensions: Record<string, string>): Metric =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: { TableName, ...dimensions },
      statistic: Stats.SUM,
      period,
    });
  const of = (place: string, dimensions: Record<string, string>): Throttles => ({
    place,
    writes: metric('WriteThrottleEvents', dimensions),
    reads: metric('ReadThrottleEvents', dimensions),
  });
  const indexes = TABLE.indexes.map(({ name }) => of(name, { GlobalSecondaryIndexName: name }));
  return [of('table', {}), ...indexes];
};

/** The longest invocation of any of the functions, in per cent of its own timeout. */
export const mostTimeUsed = (functions: ServiceFunction[], period: Duration): MathExpression => {
  const usingMetrics = Object.fromEntries(functions.map((one, index) => [`d${index}`, longestRun(one)]));
  const shares = functions.map((one, index) => `FILL(d${index}, 0) / ${one.timeout.toMilliseconds()}`);
  const expression = `100 * MAX([${shares.join(', ')}])`;
  return new MathExpression({ label: '% of timeout', period, expression, usingMetrics });
};

/** The same of each function by itself: the alarm is about all of them, and people ask which one. */
export const timeUsedByEach = (functions: ServiceFunction[], period: Duration): MathExpression[] =>
  functions.map((one) => {
    const { id } = one.node;
    const longest = `longest${id}`;
    const expression = `100 * ${longest} / ${one.timeout.toMilliseconds()}`;
    return new MathExpression({
      label: id,
      period,
      expression,
      usingMetrics: { [longest]: longestRun(one) },
    });
  });

const longestRun = ({ function: one }: ServiceFunction) => one.metricDuration({ statistic: Stats.MAXIMUM });
