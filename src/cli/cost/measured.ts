import { valuesOf } from './values.ts';

/** One measured figure: what it is, and the command that prints it. */
export type Figure = { value: number; unit: string; what: string; command: string };

/** When and on what all of it was measured. Times are this machine's; bytes and units are anybody's. */
export const MEASURED_ON = '2026-11-22 and 23; all that the inputs section prints 2026-11-29';

const INPUTS = 'npm run bench -- --only inputs';
const HTTP = 'npm run bench -- --only http';
const COLD = 'npm run bench -- --only cold';

const figure =
  (command: string) =>
  (value: number, unit: string, what: string): Figure => ({ value, unit, what, command });

const inputs = figure(INPUTS);
const http = figure(HTTP);
const cold = figure(COLD);

/** Everything that was measured and the formula is fed with. A new measurement changes this file and nothing else. */
export const FIGURES = {
  event_base_bytes: inputs(687, 'B', 'event row: what does not grow with the body'),
  event_bytes_per_body_byte: inputs(0.16, 'B', 'event row: for each byte of the body'),
  snapshot_base_bytes: inputs(556, 'B', 'snapshot row: what does not grow with the body'),
  snapshot_bytes_per_body_byte: inputs(0.055, 'B', 'snapshot row: for each byte of the body'),
  status_row_bytes: inputs(123, 'B', 'status of an event'),
  by_issue_entry_bytes: inputs(97, 'B', 'entry of by_issue'),
  by_day_entry_bytes: inputs(159, 'B', 'entry of by_day'),
  issue_rows_bytes: inputs(1_520, 'B', 'what stays of an issue: fields, links, alias'),
  issue_rows: inputs(3, 'rows', 'what stays of an issue'),
  commit_rows_bytes: inputs(530, 'B', 'what stays of a commit: its row, candidates'),
  commit_rows: inputs(2, 'rows', 'what stays of a commit'),
  delivery_line_bytes: inputs(385, 'B', 'log line of a delivery'),
  batch_line_bytes: inputs(276, 'B', 'log line of a batch'),
  metric_line_bytes: inputs(230, 'B', 'log line of a metric'),
  document_bytes: inputs(2_423, 'B', 'run document of one delivery'),
  summary_bytes: inputs(436, 'B', 'latest_summary.json'),
  ingest_known_cpu_ms: http(2, 'ms', 'ingest, a known issue: CPU with its two writes'),
  ingest_new_cpu_ms: http(2.72, 'ms', 'ingest, a new issue: CPU with its three writes'),
  ingest_start_ms: cold(272.7, 'ms', 'ingest, start of a process'),
  batch_cpu_ms: inputs(18.2, 'ms', 'correlation of one update: CPU'),
  batch_more_cpu_ms: inputs(2.4, 'ms', 'each further update in the batch: CPU'),
  batch_calls_in_sequence: inputs(15, 'calls', 'correlation of one update: calls one after the other'),
  batch_more_calls_in_sequence: inputs(0, 'calls', 'each further update in the batch'),
  update_write_units: inputs(1, 'units', 'correlation of an update, indexes included'),
  creation_write_units: inputs(5, 'units', 'correlation of a creation, indexes included'),
  recorded_write_units: inputs(1, 'units', 'correlation of a comment, indexes included'),
  commit_write_units: inputs(4, 'units', 'correlation of a linked commit, indexes included'),
  update_read_units: inputs(10.5, 'units', 'correlation of an update'),
  creation_read_units: inputs(7.5, 'units', 'correlation of a creation'),
  recorded_read_units: inputs(10.5, 'units', 'correlation of a comment'),
  commit_read_units: inputs(24.5, 'units', 'correlation of a linked commit'),
  sweep_cpu_ms_per_1000: inputs(71.5, 'ms', 'sweep over 1,000 handled events: CPU'),
  sweep_calls_per_1000: inputs(18.2, 'calls', 'sweep over 1,000 handled events: calls one after the other'),
  sweep_read_units_per_1000: inputs(536, 'units', 'sweep over 1,000 handled events'),
} as const satisfies Record<string, Figure>;

export type Measured = Readonly<Record<keyof typeof FIGURES, number>>;

/** The bare figures, by name; units are in the names. */
export const MEASURED: Measured = valuesOf(FIGURES);
