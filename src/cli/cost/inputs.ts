/** Only the values of a list of described ones, under the same names. */
const valuesOf = <Name extends string>(
  described: Readonly<Record<Name, { value: number }>>,
): Record<Name, number> =>
  // Object.fromEntries loses the type of the names.
  Object.fromEntries(
    Object.entries<{ value: number }>(described).map(([name, { value }]) => [name, value]),
  ) as Record<Name, number>;

/** One measured figure: what it is, and the command that prints it. */
export type Figure = { value: number; unit: string; what: string; command: string };

/** When everything was measured. Times depend on the machine; bytes and units are the same anywhere. */
export const MEASURED_ON = '2026-11-22 and 23; all that the inputs section prints 2026-11-29';

const figure =
  (section: string) =>
  (value: number, unit: string, what: string): Figure => ({
    value,
    unit,
    what,
    command: `npm run bench -- --only ${section}`,
  });

const inputs = figure('inputs');
const http = figure('http');
const cold = figure('cold');

/** All measured inputs of the formula. A new measurement changes only this file. */
export const FIGURES = {
  event_base_bytes: inputs(718, 'B', 'event row: what does not grow with the body'),
  event_bytes_per_body_byte: inputs(0.159, 'B', 'event row: for each byte of the body'),
  snapshot_base_bytes: inputs(554, 'B', 'snapshot row: what does not grow with the body'),
  snapshot_bytes_per_body_byte: inputs(0.055, 'B', 'snapshot row: for each byte of the body'),
  status_row_bytes: inputs(123, 'B', 'status of an event'),
  by_issue_entry_bytes: inputs(97, 'B', 'entry of by_issue'),
  by_day_entry_bytes: inputs(159, 'B', 'entry of by_day'),
  issue_rows_bytes: inputs(1_521, 'B', 'what stays of an issue: fields, links, alias'),
  issue_rows: inputs(3, 'rows', 'what stays of an issue'),
  commit_rows_bytes: inputs(530, 'B', 'what stays of a commit: its row, candidates'),
  commit_rows: inputs(2, 'rows', 'what stays of a commit'),
  delivery_line_bytes: inputs(386, 'B', 'log line of a delivery'),
  batch_line_bytes: inputs(277, 'B', 'log line of a batch'),
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

/** Only the values, by name; units are in the names. */
export const MEASURED: Measured = valuesOf(FIGURES);

/** Kinds of deliveries that cost differently. */
export const DELIVERY_KINDS = ['update', 'creation', 'recorded', 'commit'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** Something that cannot be measured here: what users do and what AWS does. None of it is a promise. */
export type Assumed = { value: number; unit: string; what: string; why: string };

const assume = (value: number, unit: string, what: string, why: string): Assumed => ({
  value,
  unit,
  what,
  why,
});

/** Everything that is assumed, with its reason. Change it here if you know better. */
export const ASSUMED = {
  update_share: assume(
    0.7,
    'of deliveries',
    'newer fields of a known issue',
    'most of what a site with a webhook for everything sends',
  ),
  creation_share: assume(0.05, 'of deliveries', 'new issues', 'one for fourteen updates'),
  recorded_share: assume(
    0.15,
    'of deliveries',
    'comments, worklogs, links: no full issue in them',
    'they come beside updates',
  ),
  commit_share: assume(
    0.1,
    'of deliveries',
    'pushes of one commit that names an issue',
    'from the webhooks of the source host',
  ),
  hours_per_month: assume(
    200,
    'hours',
    'of a month in which deliveries come',
    'nine on each of 22 working days',
  ),
  dynamodb_call_ms: assume(5, 'ms', 'one call to DynamoDB', 'AWS speaks of single-digit milliseconds'),
  s3_call_ms: assume(30, 'ms', 'one call to S3 for some kilobytes', 'usual within a region'),
  mb_per_processor: assume(
    1769,
    'MB',
    'memory with which Lambda gives one whole processor',
    'Lambda developer guide, "Configure Lambda function memory"; a processor there is taken to be as fast as the one measured on',
  ),
  cold_share: assume(0.01, 'of requests', 'meet a new process', 'few processes, kept busy for hours'),
  processes_per_busy: assume(
    3,
    'processes',
    'for one that is busy at a mean second, and one more',
    'deliveries do not come evenly',
  ),
  shards: assume(
    4,
    'shards',
    'of the stream of a table that has not grown, and one for each 1,000 write units a second',
    'an on-demand table begins with four partitions',
  ),
  access_line_bytes: assume(470, 'B', 'one line of the access log of the gateway', 'its fields'),
  platform_line_bytes: assume(
    400,
    'B',
    'START, END and REPORT of an invocation',
    'as Lambda writes them, with a trace id',
  ),
  log_compression: assume(
    0.15,
    'of what was ingested',
    'is stored of logs',
    'the ratio in the examples of AWS',
  ),
  rare_hours: assume(
    0.05,
    'of hours',
    'have a value of a metric that counts what goes wrong',
    'custom metrics are charged by the hour, and only for hours in which they have a value',
  ),
  jira_call_ms: assume(
    500,
    'ms',
    'one request to Jira',
    'a search or a hundred issues; no Jira was measured',
  ),
  project_issues: assume(2_000, 'issues', 'in a project', 'each is asked for by itself'),
  turn_write_units: assume(
    6,
    'units',
    'a turn of reconciliation: lease and checkpoint',
    'rows of less than 1 KB',
  ),
  page_write_units: assume(
    2,
    'units',
    'a page of it: the lease renewed, the checkpoint',
    'rows of less than 1 KB',
  ),
  compared_read_units: assume(1, 'units', 'an issue compared with its row', 'most rows have less than 4 KB'),
  note_write_units: assume(2, 'units', 'a note of use in the row of a connection', 'rows of 1 to 2 KB'),
  execution_write_units: assume(
    14,
    'units',
    'an execution put, claimed and ended by one attempt, indexes included',
    'rows of less than 1 KB; in three indexes when put, in two when claimed or ended; the end is a transaction of two rows, which costs twice',
  ),
  lane_write_units: assume(2, 'units', 'a lane taken and given back', 'a row of less than 1 KB'),
  executions_per_turn: assume(
    1,
    'executions',
    'sent by one invocation',
    'the dearest: a busy lane sends many in one',
  ),
  execution_read_units: assume(
    9,
    'units',
    'an execution: its row, event, issue and subscription, and what is due of three priorities',
    'rows of less than 4 KB, consistent',
  ),
  publish_read_units: assume(
    3,
    'units',
    'a batch of publish, or one look at what is due: tenants, subscriptions, events',
    'one tenant with one subscription',
  ),
  publish_calls: assume(4, 'calls', 'of publish for a batch, one after the other', 'counted in its code'),
  send_calls: assume(10, 'calls', 'of send for an execution, one after the other', 'counted in its code'),
  sending_cpu_ms: assume(
    10,
    'ms',
    'CPU of publish for a batch, and of send for an execution',
    'not measured',
  ),
  target_ms: assume(300, 'ms', 'until a target has answered', 'usual between regions; send waits for it'),
  sent_bytes: assume(
    6_000,
    'B',
    'sent to a target for an execution',
    'an issue with its fields as JSON, and TLS',
  ),
  execution_kept_bytes: assume(
    1_900,
    'B',
    'kept of an execution: row, attempt, three entries',
    '600 and 400 B, entries of 130 B, and what DynamoDB adds to each',
  ),
  row_overhead_bytes: assume(
    100,
    'B',
    'that DynamoDB adds to a row, and to an entry of an index',
    'DynamoDB developer guide, "Item sizes and formats"',
  ),
  trace_share: assume(
    0.05,
    'of requests beyond the first of a second',
    'are traced',
    'X-Ray developer guide, "Configuring sampling rules"',
  ),
} as const satisfies Record<string, Assumed>;

export type Assumptions = Readonly<Record<keyof typeof ASSUMED, number>>;

/** Only the values, by name. */
export const ASSUMPTIONS: Assumptions = valuesOf(ASSUMED);
