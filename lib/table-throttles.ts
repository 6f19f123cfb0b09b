import type { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { TABLE } from '../src/contract/table.ts';

/** The table itself or one of its indexes, with its throttled writes and reads. */
export type Throttles = { place: string; metrics: Metric[] };

/** Of each place where DynamoDB can throttle: five of them, so ten metrics, which is as many as an alarm may look at. */
export const tableThrottles = (TableName: string, period: Duration): Throttles[] => {
  const of = (place: string, dimensions: Record<string, string>): Throttles => ({
    place,
    metrics: ['WriteThrottleEvents', 'ReadThrottleEvents'].map(
      (metricName) =>
        new Metric({
          namespace: 'AWS/DynamoDB',
          metricName,
          dimensionsMap: { TableName, ...dimensions },
          statistic: Stats.SUM,
          period,
        }),
    ),
  });
  const indexes = TABLE.indexes.map(({ name }) => of(name, { GlobalSecondaryIndexName: name }));
  return [of('table', {}), ...indexes];
};
