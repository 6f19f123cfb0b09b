import type { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmMetric } from '../src/contract/alarms/alarm-row.ts';
import { partsOf, type StackPart } from '../src/contract/alarms.ts';
import { isMetricName, METRICS_NAMESPACE, type MetricName } from '../src/contract/metrics.ts';
import type { EventTable } from './constructs/event-table.ts';
import type { ServiceFunctions } from './constructs/service-functions.ts';
import type { WebhookApi } from './constructs/webhook-api.ts';
import { mostTimeUsed, sumOf, tableThrottles, timeUsedByEach } from './metric-math.ts';

/** Executions due for this long are late: retries have their own due times, and what is due should be sent at once. */
const MOST_DUE_SECONDS = 600;

type Parts = { api: WebhookApi; functions: ServiceFunctions; table: EventTable };

/** All metrics of the service; alarms and dashboard use no others. */
export class ServiceMetrics {
  private readonly api: WebhookApi;
  private readonly functions: ServiceFunctions;
  private readonly table: EventTable;

  constructor({ api, functions, table }: Parts) {
    this.api = api;
    this.functions = functions;
    this.table = table;
  }

  /** The optional parts of this stack. */
  get parts(): StackPart[] {
    return partsOf(this.functions.names);
  }

  /** The metric of an alarm. */
  watched(metric: AlarmMetric, period: Duration): Metric | MathExpression {
    return isMetricName(metric) ? this.count(metric, period) : this[metric](period);
  }

  /** A count that the functions emit, summed over all their processes. */
  count(metricName: MetricName, period: Duration): Metric {
    return new Metric({
      namespace: METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { service: this.table.table.tableName },
      statistic: Stats.SUM,
      period,
      label: metricName,
    });
  }

  /** A level that one of the functions emits: the maximum of a period. */
  level(metricName: MetricName, period: Duration): Metric {
    return this.count(metricName, period).with({ statistic: Stats.MAXIMUM });
  }

  serverErrors(period: Duration): Metric {
    return this.api.api.metricServerError({ period, label: '5xx' });
  }

  clientErrors(period: Duration): Metric {
    return this.api.api.metricClientError({ period, label: '4xx' });
  }

  latency(period: Duration, statistic: string): Metric {
    return this.api.api.metricLatency({ period, statistic, label: `latency ${statistic}` });
  }

  gatewayThrottled(period: Duration): Metric {
    return this.api.throttled.with({ period, label: '429' });
  }

  /**
   * Bodies refused by ingest, by Lambda (6 MB) and by the gateway (10 MB), which may not log its own refusals (API
   * Gateway developer guide, "Monitor HTTP APIs").
   */
  tooLarge(period: Duration): MathExpression {
    const ours = this.count('BodiesTooLarge', period);
    return sumOf('too large', period, [ours, this.api.refusedBeforeUs.with({ period })]);
  }

  /**
   * Throttled writes of the table and its indexes, and throttled reads of the table: those that affect deliveries. No
   * others, because each metric of an alarm is charged.
   */
  tableThrottled(period: Duration): MathExpression {
    const [table, ...indexes] = tableThrottles(this.table.table.tableName, period);
    const writes = indexes.map(({ writes: ofIndex }) => ofIndex);
    return sumOf(
      'table and index throttles',
      period,
      table ? [table.writes, table.reads, ...writes] : writes,
    );
  }

  /** The throttles of each place. */
  tableThrottledByPlace(period: Duration): MathExpression[] {
    const places = tableThrottles(this.table.table.tableName, period);
    return places.map(({ place, writes, reads }) => sumOf(place, period, [writes, reads]));
  }

  /** Only ingest, where throttling loses deliveries. Other functions are only delayed, which has its own alarms. */
  ingestThrottled(period: Duration): Metric {
    return this.functions.named('ingest').function.metricThrottles({ period, label: 'ingest throttles' });
  }

  functionsThrottledByEach(period: Duration): Metric[] {
    return this.functions.all.map((one) => one.function.metricThrottles({ period, label: one.node.id }));
  }

  concurrency(period: Duration): Metric[] {
    const statistic = Stats.MAXIMUM;
    return this.functions.all.map((one) =>
      one.function.metric('ConcurrentExecutions', { statistic, period, label: one.node.id }),
    );
  }

  functionErrors(period: Duration): MathExpression {
    const metrics = this.functions.unattended.map((one) => one.function.metricErrors());
    return sumOf('function errors', period, metrics);
  }

  timeoutUsed(period: Duration): MathExpression {
    return mostTimeUsed(
      this.functions.unattended.filter((one) => !one.usesItsTime),
      period,
    );
  }

  timeoutUsedByEach(period: Duration): MathExpression[] {
    return timeUsedByEach(this.functions.all, period);
  }

  /** The age of the last record of a batch (milliseconds). */
  streamLag(period: Duration): Metric {
    return this.functions.named('correlate').function.metric('IteratorAge', {
      statistic: Stats.MAXIMUM,
      period,
      label: 'stream lag (ms)',
    });
  }

  /** Complete update runs, plus turns on the first day before any; 0 while the census is late. */
  reconciled(period: Duration): MathExpression {
    return new MathExpression({
      label: 'reconciled',
      period,
      expression: 'IF(FILL(late, 0) > 0, 0, FILL(runs, 0) + FILL(starting, 0))',
      usingMetrics: {
        runs: this.count('UpdatesComplete', period),
        starting: this.count('ReconcileStarting', period),
        late: this.count('CensusLate', period),
      },
    });
  }

  /** How often due executions were checked; 0 while one is due for too long, or publish lags as much. */
  executionsOnTime(period: Duration): MathExpression {
    return new MathExpression({
      label: 'executions on time',
      period,
      expression: `IF(MAX([FILL(due, 0), FILL(behind, 0) / 1000]) >= ${MOST_DUE_SECONDS}, 0, FILL(looks, 0))`,
      usingMetrics: {
        due: this.level('OldestDueSeconds', period),
        behind: this.functions
          .named('publish')
          .function.metric('IteratorAge', { statistic: Stats.MAXIMUM, period }),
        looks: this.count('OldestDueSeconds', period).with({ statistic: Stats.SAMPLE_COUNT }),
      },
    });
  }

  sweepRuns(period: Duration): Metric {
    return this.functions.named('sweep').function.metricInvocations({ period, label: 'sweeps' });
  }
}
