import { PUBLISH_SWEEP_MINUTES, START_LANES_MINUTES } from '../../contract/functions.ts';
import { invocations, processors } from './functions.ts';
import {
  BYTES_PER_GB,
  DAYS_OF_MONTH,
  network,
  read,
  schedule,
  table,
  type Use,
  watching,
  write,
} from './lines.ts';
import type { Month } from './month.ts';
import { batchLogBytes } from './watching.ts';
import { HOURS_OF_MONTH, STACK } from './workload.ts';

/** What executions add to the bill, each sent with one attempt by a lane with nothing else to send. */
export const sendingUse = (month: Month): Use[] => {
  const { workload, assumed } = month;
  const { executions, deliveries_per_month, hours_per_month, retention_days } = workload;
  // Publish has no batch window, so each event counts as a batch of its own.
  const runs = deliveries_per_month + SCHEDULED;
  const turns = executions / assumed.executions_per_turn;
  const publish_ms = cpuMs(month, 'publish') + assumed.publish_calls * assumed.dynamodb_call_ms;
  const send_ms = cpuMs(month, 'send') + assumed.target_ms + assumed.send_calls * assumed.dynamodb_call_ms;
  const written = executions * assumed.execution_write_units + turns * assumed.lane_write_units;
  const looked_at = runs * assumed.publish_read_units + executions * assumed.execution_read_units;
  const kept_bytes = (executions * assumed.execution_kept_bytes * retention_days) / DAYS_OF_MONTH;
  const sent_gb = (executions * assumed.sent_bytes) / BYTES_PER_GB;
  const log_gb = ((runs + turns) * batchLogBytes(month)) / BYTES_PER_GB;
  const measured_metrics =
    ALWAYS_MEASURED + hours_per_month / HOURS_OF_MONTH + SELDOM_MEASURED * assumed.rare_hours;
  const alarms = STACK.executions_alarm_metrics;
  return [
    ...invocations('publish', runs, publish_ms),
    ...invocations('send', turns, send_ms),
    write('executions: rows, attempts and lanes, indexes included', written),
    read('executions: what is read to match and to send', looked_at),
    table('executions: storage', kept_bytes / BYTES_PER_GB, 'GB-months', 'dynamodb_gb_month'),
    schedule('executions: runs of publish', SCHEDULED, 'runs', 'schedule_run'),
    network('executions: sent to targets', sent_gb, 'GB', 'transfer_gb'),
    watching('executions: logs', log_gb, 'GB', 'log_gb'),
    watching('executions: custom metrics', measured_metrics, 'metrics', 'metric_month'),
    watching('executions: alarms, by metric', alarms, 'metrics', 'alarm_metric_month'),
  ];
};

const MINUTES_OF_MONTH = HOURS_OF_MONTH * 60;

/** Runs each minute, and each quarter of an hour. */
const SCHEDULED = MINUTES_OF_MONTH / START_LANES_MINUTES + MINUTES_OF_MONTH / PUBLISH_SWEEP_MINUTES;

/** Depth and age of the queue are reported each minute; metrics of failures rarely have a value. */
const ALWAYS_MEASURED = 2;
const SELDOM_MEASURED = 3;

const cpuMs = ({ assumed }: Month, name: 'publish' | 'send'): number =>
  assumed.sending_cpu_ms / processors(assumed, STACK.memory_mb[name]);
