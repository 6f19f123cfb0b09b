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
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { alarmDescription } from '../alarm-list.ts';
import { type QuietHours, quietExpression, SILENCE_MINUTES } from '../quiet-hours.ts';
import type { ServiceMetrics } from '../service-metrics.ts';
import { filled } from '../sum-of.ts';

export type SilenceAlarmProps = {
  readonly metrics: ServiceMetrics;
  /** Null when a delivery may be expected at any hour. */
  readonly quietHours: QuietHours | null;
  /** What the e-mail's link begins with; undefined: it names a path. */
  readonly docsUrl: string | undefined;
};

const PERIOD = Duration.minutes(SILENCE_MINUTES);

/** Without quiet hours an hour at night would be an alarm every night; a whole day without a delivery is one. */
const PERIODS_WITHOUT_QUIET_HOURS = 24;

/**
 * "No delivery of Jira outside quiet hours". A metric that is not there breaches, which would be every night; so with
 * quiet hours a second alarm tells the time, by a metric that always has values, and only both together count.
 */
export class SilenceAlarm extends Construct {
  /** The one to tell people of. */
  readonly alarm: AlarmBase;

  constructor(scope: Construct, id: string, { metrics, quietHours, docsUrl }: SilenceAlarmProps) {
    super(scope, id);
    const text = alarmDescription('NoDelivery', docsUrl);
    if (quietHours === null) {
      this.alarm = this.silence(metrics, PERIODS_WITHOUT_QUIET_HOURS, text);
      return;
    }
    const silence = this.silence(
      metrics,
      1,
      'No delivery of Jira within an hour; nobody is told of it at night.',
    );
    const quiet = this.quiet(metrics, quietHours);
    const both = new CompositeAlarm(this, 'NoDelivery', {
      alarmDescription: text,
      alarmRule: AlarmRule.allOf(
        AlarmRule.fromAlarm(silence, AlarmState.ALARM),
        AlarmRule.not(AlarmRule.fromAlarm(quiet, AlarmState.ALARM)),
      ),
    });
    withoutName(both);
    this.alarm = both;
  }

  /** Missing breaches, because there is nothing to fill when no value is left at all. */
  private silence(metrics: ServiceMetrics, evaluationPeriods: number, alarmDescription: string): Alarm {
    return new Alarm(this, 'Silence', {
      alarmDescription,
      metric: filled(metrics.count('JiraDeliveriesTaken', PERIOD)),
      threshold: 1,
      evaluationPeriods,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  /** In alarm means quiet hours. The sweep runs every 15 minutes, so its runs serve as the clock. */
  private quiet(metrics: ServiceMetrics, quietHours: QuietHours): Alarm {
    return new Alarm(this, 'QuietHours', {
      alarmDescription: 'Tells the time: in alarm means quiet hours. Nobody is told of it.',
      metric: new MathExpression({
        label: 'quiet hours',
        period: PERIOD,
        expression: quietExpression(quietHours, 'clock'),
        usingMetrics: { clock: metrics.sweepRuns(PERIOD) },
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

/** CDK gives composite alarms a physical name, which CloudFormation does not ask for. */
const withoutName = (alarm: CompositeAlarm): void => {
  const { defaultChild } = alarm.node;
  if (!(defaultChild instanceof CfnCompositeAlarm)) throw new TypeError('the alarm is no alarm');
  defaultChild.addPropertyDeletionOverride('AlarmName');
};
