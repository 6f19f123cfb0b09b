import type { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ServiceFunction } from './constructs/service-function.ts';

const longestRun = ({ function: one }: ServiceFunction) => one.metricDuration({ statistic: Stats.MAXIMUM });

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
