import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmBase,
  ComparisonOperator,
  type MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlarmName, alarmDescription } from '../alarm-list.ts';
import type { QuietHours } from '../quiet-hours.ts';
import type { ServiceMetrics } from '../service-metrics.ts';
import { filled } from '../sum-of.ts';
import { SilenceAlarm } from './silence-alarm.ts';

export type ServiceAlarmsProps = {
  readonly metrics: ServiceMetrics;
  readonly topic: ITopic;
  /** Null when a delivery may be expected at any hour. */
  readonly quietHours: QuietHours | null;
  /** What the e-mails' links begin with; undefined: they name a path. */
  readonly docsUrl: string | undefined;
};

const FIVE_MINUTES = Duration.minutes(5);
const QUARTER = Duration.minutes(15);
const HOUR = Duration.hours(1);
const DAY = Duration.days(1);

/** So much within one period is too much. Periods slide: each minute the last one is looked at. */
type Limit = { name: AlarmName; metric: Metric | MathExpression; atLeast: number };

const trafficLimits = (metrics: ServiceMetrics): Limit[] => [
  { name: 'ServerErrors', metric: metrics.serverErrors(FIVE_MINUTES), atLeast: 5 },
  // Few, and over a longer time: a quiet site has a few deliveries an hour, and each of them is lost.
  { name: 'SignaturesRefused', metric: metrics.count('SignaturesRefused', HOUR), atLeast: 3 },
  { name: 'AddressesRefused', metric: metrics.count('AddressesRefused', FIVE_MINUTES), atLeast: 1 },
  { name: 'TooLarge', metric: metrics.tooLarge(FIVE_MINUTES), atLeast: 1 },
  // Over a day: what cannot be read may come a few times a day, and is gone after its retention.
  { name: 'Quarantined', metric: metrics.count('Quarantined', DAY), atLeast: 10 },
  { name: 'GatewayThrottled', metric: metrics.gatewayThrottled(FIVE_MINUTES), atLeast: 1 },
  { name: 'TableThrottled', metric: metrics.tableThrottled(FIVE_MINUTES), atLeast: 1 },
];

const workLimits = (metrics: ServiceMetrics): Limit[] => [
  { name: 'FunctionsThrottled', metric: metrics.functionsThrottled(FIVE_MINUTES), atLeast: 1 },
  { name: 'FunctionErrors', metric: metrics.functionErrors(FIVE_MINUTES), atLeast: 1 },
  { name: 'NearTimeout', metric: metrics.timeoutUsed(FIVE_MINUTES), atLeast: 80 },
  { name: 'StreamLag', metric: metrics.streamLag(FIVE_MINUTES), atLeast: 10 * 60_000 },
  { name: 'ProcessingFailed', metric: metrics.count('ProcessingFailed', FIVE_MINUTES), atLeast: 1 },
  { name: 'DocumentsUnwritten', metric: metrics.count('DocumentsUnwritten', FIVE_MINUTES), atLeast: 1 },
  { name: 'SweepFound', metric: metrics.count('SweepFound', FIVE_MINUTES), atLeast: 1 },
];

/** Everything that people are told of by e-mail, each with what to do first. */
export class ServiceAlarms extends Construct {
  readonly all: AlarmBase[];
  private readonly docsUrl: string | undefined;

  constructor(scope: Construct, id: string, props: ServiceAlarmsProps) {
    super(scope, id);
    const { metrics, topic, quietHours, docsUrl } = props;
    this.docsUrl = docsUrl;
    this.all = [
      ...[...trafficLimits(metrics), ...workLimits(metrics)].map((limit) => this.tooMuch(limit)),
      this.sweepMissing(metrics),
      new SilenceAlarm(this, 'Silence', { metrics, quietHours, docsUrl }).alarm,
    ];
    for (const alarm of this.all) alarm.addAlarmAction(new SnsAction(topic));
  }

  private tooMuch({ name, metric, atLeast }: Limit): Alarm {
    return new Alarm(this, name, {
      alarmDescription: alarmDescription(name, this.docsUrl),
      // An expression fills its gaps itself.
      metric: metric instanceof Metric ? filled(metric) : metric,
      threshold: atLeast,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** Four quarters of an hour, because one may fall between two runs. */
  private sweepMissing(metrics: ServiceMetrics): Alarm {
    return new Alarm(this, 'SweepMissing', {
      alarmDescription: alarmDescription('SweepMissing', this.docsUrl),
      metric: filled(metrics.sweepRuns(QUARTER)),
      threshold: 1,
      evaluationPeriods: 4,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }
}
