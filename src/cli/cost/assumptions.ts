import { valuesOf } from './values.ts';

/** Kinds of deliveries that cost differently. */
export const DELIVERY_KINDS = ['update', 'creation', 'recorded', 'commit'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** Something that nothing here can measure: what people do, and what AWS does. None of it is a promise. */
export type Assumed = { value: number; unit: string; what: string; why: string };

const assume = (value: number, unit: string, what: string, why: string): Assumed => ({
  value,
  unit,
  what,
  why,
});

/** Everything that is assumed, with its reason. Whoever knows better changes it here. */
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
    'as AWS reckons in its examples',
  ),
  rare_hours: assume(
    0.05,
    'of hours',
    'have a value of a metric that counts what goes wrong',
    'custom metrics are charged by the hour, and only for hours in which they have a value',
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

/** The bare values, by name. */
export const ASSUMPTIONS: Assumptions = valuesOf(ASSUMED);
