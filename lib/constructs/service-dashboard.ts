import { Aws, Duration } from 'aws-cdk-lib';
import {
  type AlarmBase,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Row,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { RUNBOOK } from '../../src/contract/alarms.ts';
import type { ServiceMetrics } from '../service-metrics.ts';

export type ServiceDashboardProps = {
  readonly metrics: ServiceMetrics;
  readonly alarms: AlarmBase[];
};

const PERIOD = Duration.minutes(5);

const heading = (question: string): IWidget =>
  new TextWidget({ markdown: `## ${question}`, width: 24, height: 1 });

const graph = (title: string, left: IMetric[]): IWidget =>
  new GraphWidget({ title, left, width: 8, height: 6, leftYAxis: { min: 0 } });

const reaching = (metrics: ServiceMetrics): IWidget[] => [
  graph('Deliveries taken', [
    metrics.count('JiraDeliveriesTaken', PERIOD),
    metrics.count('CommitDeliveriesTaken', PERIOD),
  ]),
  graph('Refused', [
    metrics.count('SignaturesRefused', PERIOD),
    metrics.count('AddressesRefused', PERIOD),
    metrics.gatewayThrottled(PERIOD),
    metrics.clientErrors(PERIOD),
  ]),
  graph('Our faults', [metrics.count('Unavailable', PERIOD), metrics.serverErrors(PERIOD)]),
];

/** Requests without a known connection, or refused by its rules. */
const connections = (metrics: ServiceMetrics): IWidget[] => [
  graph('Connections: refused', [
    metrics.count('CredentialsRefused', PERIOD),
    metrics.count('AgentsRefused', PERIOD),
    metrics.count('RateRefused', PERIOD),
    metrics.count('UnknownConnections', PERIOD),
  ]),
  graph('Secrets older than 90 days', [metrics.count('SecretsOld', PERIOD)]),
];

const keepingUp = (metrics: ServiceMetrics): IWidget[] => [
  graph('Answer time (ms)', [metrics.latency(PERIOD, 'p50'), metrics.latency(PERIOD, 'p99')]),
  graph('Functions: longest run in % of timeout', metrics.timeoutUsedByEach(PERIOD)),
  graph('Functions: concurrent', metrics.concurrency(PERIOD)),
];

/** By place, because the alarm only says that something was throttled. */
const throttled = (metrics: ServiceMetrics): IWidget[] => [
  graph('Stream lag (ms)', [metrics.streamLag(PERIOD)]),
  graph('Functions: throttled', metrics.functionsThrottledByEach(PERIOD)),
  graph('Table and indexes: throttled', metrics.tableThrottledByPlace(PERIOD)),
];

const losing = (metrics: ServiceMetrics): IWidget[] => [
  graph('Not taken', [metrics.tooLarge(PERIOD), metrics.count('Quarantined', PERIOD)]),
  graph('Not processed', [
    metrics.count('ProcessingFailed', PERIOD),
    metrics.count('DocumentsUnwritten', PERIOD),
    metrics.functionErrors(PERIOD),
  ]),
  graph('Processed, and found by the sweep', [
    metrics.count('EventsProcessed', PERIOD),
    metrics.count('SweepFound', PERIOD),
    metrics.sweepRuns(PERIOD),
  ]),
];

const reconciling = (metrics: ServiceMetrics): IWidget[] => [
  graph('Observed in Jira, and missed by webhooks', [
    metrics.count('IssuesObserved', PERIOD),
    metrics.count('ChangesMissed', PERIOD),
  ]),
  graph('Drift', [metrics.count('DriftFound', PERIOD)]),
  graph('Complete update runs, and what is wrong', [
    metrics.count('UpdatesComplete', PERIOD),
    metrics.count('CensusLate', PERIOD),
    metrics.count('ReconcileStarting', PERIOD),
    metrics.count('WebhooksMissing', PERIOD),
  ]),
];

const sending = (metrics: ServiceMetrics): IWidget[] => [
  graph('Executions: completed and failed', [
    metrics.count('ExecutionsCompleted', PERIOD),
    metrics.count('ExecutionsFailed', PERIOD),
  ]),
  graph('Executions: waiting, and for how long (s)', [
    metrics.level('ExecutionsWaiting', PERIOD),
    metrics.level('OldestDueSeconds', PERIOD),
  ]),
  graph('Targets opened and disabled', [
    metrics.count('TargetOpened', PERIOD),
    metrics.count('TargetDisabled', PERIOD),
  ]),
];

/** Shows all alarms, then answers three questions at a glance, and one more for each optional part of the stack. */
export class ServiceDashboard extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { metrics, alarms }: ServiceDashboardProps) {
    super(scope, id);
    const dashboard = new Dashboard(this, 'Dashboard', { defaultInterval: Duration.days(1) });
    dashboard.addWidgets(
      new AlarmStatusWidget({ title: `What to do: ${RUNBOOK}`, alarms, width: 24, height: 4 }),
    );
    dashboard.addWidgets(heading('Is Jira reaching us?'));
    dashboard.addWidgets(new Row(...reaching(metrics)));
    dashboard.addWidgets(new Row(...connections(metrics)));
    dashboard.addWidgets(heading('Are we keeping up?'));
    dashboard.addWidgets(new Row(...keepingUp(metrics)));
    dashboard.addWidgets(new Row(...throttled(metrics)));
    dashboard.addWidgets(heading('Are we losing anything?'));
    dashboard.addWidgets(new Row(...losing(metrics)));
    if (metrics.parts.includes('site')) {
      dashboard.addWidgets(heading('Do we have what Jira has?'));
      dashboard.addWidgets(new Row(...reconciling(metrics)));
    }
    if (metrics.parts.includes('executions')) {
      dashboard.addWidgets(heading('Do targets get what is theirs?'));
      dashboard.addWidgets(new Row(...sending(metrics)));
    }
    this.url = `https://${Aws.REGION}.console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}#dashboards/dashboard/${dashboard.dashboardName}`;
  }
}
