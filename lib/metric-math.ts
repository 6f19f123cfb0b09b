import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { TABLE } from '../src/contract/table.ts';
import type { ServiceFunction } from './constructs/service-function.ts';

/**
 * A metric for an alarm, with missing values as 0. Otherwise CloudWatch evaluates older values if it finds any, so that
 * an alarm on a sparse metric would neither start nor end in time (CloudWatch user guide, "How alarm state is evaluated
 * when data is missing"). With no value at all there is nothing to fill, and the alarm's `treatMissingData` applies.
 */
export const filled = (metric: Metric): MathExpression => {
  const { label, period } = metric;
  return new MathExpression({ label, period, expression: 'FILL(value, 0)', usingMetrics: { value: metric } });
};

/**
 * The sum of several metrics, with missing values as 0, so that an alarm ends by itself.
 * @param name the label; in camel case also the prefix of ids, which must be unique within a graph
 */
export const sumOf = (name: string, period: Duration, metrics: IMetric[]): MathExpression => {
  const prefix = name.replaceAll(/ (\w)/g, (_, letter: string) => letter.toUpperCase());
  const named = metrics.map((metric, index) => [`${prefix}${index}`, metric] as const);
  const expression = named.map(([id]) => `FILL(${id}, 0)`).join(' + ');
  return new MathExpression({ label: name, period, expression, usingMetrics: Object.fromEntries(named) });
};

/** The table itself or one of its indexes, with its throttled writes and reads. */
type Throttles = { place: string; writes: Metric; reads: Metric };

/** The throttles of each place where DynamoDB can throttle, the table first. */
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

/** The longest invocation of all functions, in per cent of its function's timeout. */
export const mostTimeUsed = (functions: ServiceFunction[], period: Duration): MathExpression => {
  const usingMetrics = Object.fromEntries(functions.map((one, index) => [`d${index}`, longestRun(one)]));
  const shares = functions.map((one, index) => `FILL(d${index}, 0) / ${one.timeout.toMilliseconds()}`);
  const expression = `100 * MAX([${shares.join(', ')}])`;
  return new MathExpression({ label: '% of timeout', period, expression, usingMetrics });
};

/** The same for each function, because the alarm on all of them does not say which one. */
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
