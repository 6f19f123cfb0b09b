import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmBase,
  AlarmRule,
  AlarmState,
  CfnCompositeAlarm,
  ComparisonOperator,
  CompositeAlarm,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Limit } from '../../src/contract/alarms/alarm-row.ts';
import { SILENCE_MINUTES } from '../../src/contract/alarms/upkeep.ts';
import { ALARMS, type AlarmName, alarmDescription, alarmNames } from '../../src/contract/alarms.ts';
import { defaultChildOf } from '../default-child.ts';
import { filled } from '../metric-math.ts';
import { type QuietHours, quietExpression } from '../quiet-hours.ts';
import type { ServiceMetrics } from '../service-metrics.ts';

export type ServiceAlarmsProps = {
  readonly metrics: ServiceMetrics;
  readonly topic: ITopic;
  /** Null when deliveries are expected at any hour. */
  readonly quietHours: QuietHours | null;
  /** Base URL of the links in e-mails; undefined: e-mails contain a path. */
  readonly docsUrl: string | undefined;
};

/** Every alarm that sends an e-mail: the rows of `ALARMS` that apply to this stack. */
export class ServiceAlarms extends Construct {
  readonly all: AlarmBase[];

  constructor(scope: Construct, id: string, { metrics, topic, quietHours, docsUrl }: ServiceAlarmsProps) {
    super(scope, id);
    this.all = alarmNames(metrics.parts).map((name) => {
      const description = alarmDescription(name, docsUrl);
      return name === 'NoDelivery'
        ? new SilenceAlarm(this, 'Silence', { metrics, quietHours, description }).alarm
        : createAlarm(this, name, {
            description,
            limit: ALARMS[name].limit,
            metric: metricOf(name, metrics),
          });
    });
    for (const alarm of this.all) alarm.addAlarmAction(new SnsAction(topic));
  }
}

type SilenceAlarmProps = Pick<ServiceAlarmsProps, 'metrics' | 'quietHours'> & {
  readonly description: string;
};

/**
 * "No delivery of Jira outside quiet hours". Missing data breaches, which would raise the alarm every night. So with
 * quiet hours, a second alarm on a metric that always has values serves as the clock, and a composite alarm combines
 * both.
 */
class SilenceAlarm extends Construct {
  /** The alarm that notifies people. */
  readonly alarm: AlarmBase;

  constructor(scope: Construct, id: string, { metrics, quietHours, description }: SilenceAlarmProps) {
    super(scope, id);
    this.alarm =
      quietHours === null
        ? this.silence(metrics, ALARMS.NoDelivery.limit, description)
        : this.outside(quietHours, metrics, description);
  }

  private outside(quietHours: QuietHours, metrics: ServiceMetrics, description: string): AlarmBase {
    const silence = this.silence(
      metrics,
      { below: 1, periods: 1 },
      'No delivery of Jira within an hour; no notification at night.',
    );
    const quiet = this.quiet(metrics, quietHours);
    const both = new CompositeAlarm(this, 'NoDelivery', {
      alarmDescription: description,
      alarmRule: AlarmRule.allOf(
        AlarmRule.fromAlarm(silence, AlarmState.ALARM),
        AlarmRule.not(AlarmRule.fromAlarm(quiet, AlarmState.ALARM)),
      ),
    });
    // CDK gives composite alarms a physical name, which CloudFormation does not require.
    defaultChildOf(both, CfnCompositeAlarm).addPropertyDeletionOverride('AlarmName');
    return both;
  }

  private silence(metrics: ServiceMetrics, limit: Limit, description: string): Alarm {
    return createAlarm(this, 'Silence', { description, metric: metricOf('NoDelivery', metrics), limit });
  }

  /** In alarm during quiet hours. The sweep runs more than once per period, so its runs serve as the clock. */
  private quiet(metrics: ServiceMetrics, quietHours: QuietHours): Alarm {
    const period = Duration.minutes(SILENCE_MINUTES);
    return createAlarm(this, 'QuietHours', {
      description: 'The time of day: in alarm means quiet hours. No notification.',
      metric: new MathExpression({
        label: 'quiet hours',
        period,
        expression: quietExpression(quietHours, 'clock'),
        usingMetrics: { clock: metrics.sweepRuns(period) },
      }),
      limit: { atLeast: 1 },
    });
  }
}

const metricOf = (name: AlarmName, metrics: ServiceMetrics): Metric | MathExpression =>
  metrics.watched(ALARMS[name].metric, Duration.minutes(ALARMS[name].minutes));

type AlarmSettings = { description: string; metric: Metric | MathExpression; limit: Limit };

/** For `below`, no value at all also breaches: then there is nothing to fill, and missing data is breaching. */
const createAlarm = (scope: Construct, id: string, { description, metric, limit }: AlarmSettings): Alarm =>
  new Alarm(scope, id, {
    alarmDescription: description,
    // Expressions already fill their gaps.
    metric: metric instanceof Metric ? filled(metric) : metric,
    ...('atLeast' in limit
      ? {
          threshold: limit.atLeast,
          evaluationPeriods: 1,
          comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
          treatMissingData: TreatMissingData.NOT_BREACHING,
        }
      : {
          threshold: limit.below,
          evaluationPeriods: limit.periods,
          comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
          treatMissingData: TreatMissingData.BREACHING,
        }),
  });
