import * as z from 'zod/mini';
import { asText } from './statements.ts';

const dimension = z.object({ Name: z.string(), Value: z.unknown() });

const metric = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z._default(z.array(dimension), []),
});

const query = z.object({
  Id: z.string(),
  Expression: z.optional(z.string()),
  MetricStat: z.optional(z.object({ Metric: metric, Period: z.number(), Stat: z.string() })),
});

export type Query = z.output<typeof query>;

/** Without the hash that CDK puts at the end of a logical id. */
const bare = (value: unknown): string => asText(value).replace(/[0-9A-F]{8}>$/, '>');

/** What an alarm looks at, as the template says it. An alarm of one bare metric has none. */
export const queriesOf = (properties: Record<string, unknown>): Query[] =>
  z._default(z.array(query), []).parse(properties.Metrics);

/** `Sum of AWS/Lambda Errors FunctionName=<FunctionsReadFunction>`. */
export const describeMetric = ({ MetricStat }: Query): string[] => {
  if (!MetricStat) return [];
  const { Namespace, MetricName, Dimensions } = MetricStat.Metric;
  const where = Dimensions.map(({ Name, Value }) => `${Name}=${bare(Value)}`);
  return [`${MetricStat.Stat} of ${Namespace} ${MetricName} ${where.join(' ')}`];
};
