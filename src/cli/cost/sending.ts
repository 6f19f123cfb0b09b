import { PUBLISH_SWEEP_MINUTES, START_LANES_MINUTES } from '../../contract/functions.ts';
import { HOURS_OF_MONTH, STACK } from './inputs.ts';
import { batchesAt, type Month, processors } from './quantities.ts';

/** What sending takes in a month, beside what deliveries and correlation take. */
export type Sending = {
  /** Invocations of publish: of the stream, and of its schedules. */
  batches: number;
  scheduled: number;
  batch_ms: number;
  /** Invocations of send, and how long each takes. */
  turns: number;
  turn_ms: number;
  write_units: number;
  read_units: number;
  kept_bytes: number;
  sent_bytes: number;
  log_bytes: number;
  /** Custom metrics, by the hours in which they have a value. */
  metrics: number;
};

const MINUTES_OF_MONTH = HOURS_OF_MONTH * 60;

/** Each minute, and each quarter of an hour. */
const SCHEDULED = MINUTES_OF_MONTH / START_LANES_MINUTES + MINUTES_OF_MONTH / PUBLISH_SWEEP_MINUTES;

/** Depth and age of the queue are told each minute, what goes wrong seldom. */
const ALWAYS_TOLD = 2;
const SELDOM_TOLD = 3;

/** Of a month with this many executions, each sent with one attempt by a lane that had nothing else to send. */
export const monthOfSending = (month: Month): Sending => {
  const { workload, measured, assumed, batches } = month;
  const { executions, deliveries_per_month, hours_per_month, retention_days } = workload;
  // A batch of the stream waits for no other event here.
  const { events } = batchesAt({ lanes: batches.lanes, window_seconds: 0 }, 0);
  const published = deliveries_per_month / events;
  const turns = executions / assumed.executions_per_turn;
  const line = assumed.platform_line_bytes + measured.batch_line_bytes + measured.metric_line_bytes;
  return {
    batches: published,
    scheduled: SCHEDULED,
    batch_ms: cpuMs(month, 'publish') + assumed.publish_calls * assumed.dynamodb_call_ms,
    turns,
    turn_ms: cpuMs(month, 'send') + assumed.target_ms + assumed.send_calls * assumed.dynamodb_call_ms,
    write_units: executions * assumed.execution_write_units + turns * assumed.lane_write_units,
    read_units:
      (published + SCHEDULED) * assumed.publish_read_units + executions * assumed.execution_read_units,
    kept_bytes: (executions * assumed.execution_kept_bytes * retention_days) / DAYS_OF_MONTH,
    sent_bytes: executions * assumed.sent_bytes,
    log_bytes: (published + SCHEDULED + turns) * line,
    metrics: ALWAYS_TOLD + hours_per_month / HOURS_OF_MONTH + SELDOM_TOLD * assumed.rare_hours,
  };
};

/** Days that a month of storage is counted as. */
const DAYS_OF_MONTH = 30;

const cpuMs = ({ assumed }: Month, name: 'publish' | 'send'): number =>
  assumed.sending_cpu_ms / processors(assumed, STACK.memory_mb[name]);
