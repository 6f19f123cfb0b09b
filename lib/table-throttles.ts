import type { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { TABLE } from '../src/contract/table.ts';

/** The table itself or one of its indexes, with its throttled writes and reads. */
export type Throttles = { place: string; writes: Metric; reads: Metric };

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
