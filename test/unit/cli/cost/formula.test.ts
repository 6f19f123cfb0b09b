import { describe, expect, it } from 'vitest';
import { billOf, usdOf } from '../../../../src/cli/cost/formula.ts';
import {
  batchMs,
  gbSeconds,
  ingestMs,
  LOOKS_PER_EVENT,
  processors,
  SWEPT_MINUTES,
  sweepMs,
} from '../../../../src/cli/cost/functions.ts';
import type { Assumptions, Measured } from '../../../../src/cli/cost/inputs.ts';
import { batchesAt, ingestWrites, rowUnits, shardsAt, writeUnits } from '../../../../src/cli/cost/month.ts';
import { billText } from '../../../../src/cli/cost/report.ts';
import { DEFAULT_WORKLOAD, deliveriesPerSecond, type Workload } from '../../../../src/cli/cost/workload.ts';

/** Round figures, so that every sum below can be done by hand. */
const MEASURED: Measured = {
  event_base_bytes: 512,
  event_bytes_per_body_byte: 0.1,
  snapshot_base_bytes: 0,
  snapshot_bytes_per_body_byte: 0.05,
  status_row_bytes: 100,
  by_issue_entry_bytes: 100,
  by_day_entry_bytes: 100,
  issue_rows_bytes: 2_000,
  issue_rows: 3,
  commit_rows_bytes: 800,
  commit_rows: 2,
  delivery_line_bytes: 400,
  batch_line_bytes: 300,
  metric_line_bytes: 200,
  document_bytes: 2_000,
  summary_bytes: 500,
  ingest_known_cpu_ms: 2,
  ingest_new_cpu_ms: 4,
  ingest_start_ms: 200,
  batch_cpu_ms: 20,
  batch_more_cpu_ms: 10,
  batch_calls_in_sequence: 15,
  batch_more_calls_in_sequence: 2,
  update_write_units: 2,
  creation_write_units: 5,
  recorded_write_units: 1,
  commit_write_units: 4,
  update_read_units: 16,
  creation_read_units: 12,
  recorded_read_units: 16,
  commit_read_units: 20,
  sweep_cpu_ms_per_1000: 50,
  sweep_calls_per_1000: 20,
  sweep_read_units_per_1000: 1_000,
};

const ASSUMED: Assumptions = {
  update_share: 1,
  creation_share: 0,
  recorded_share: 0,
  commit_share: 0,
  hours_per_month: 200,
  dynamodb_call_ms: 5,
  s3_call_ms: 30,
  mb_per_processor: 1_024,
  cold_share: 0.01,
  processes_per_busy: 3,
  shards: 4,
  access_line_bytes: 400,
  platform_line_bytes: 400,
  log_compression: 0.1,
  rare_hours: 0.05,
  jira_call_ms: 500,
  project_issues: 2_000,
  turn_write_units: 6,
  page_write_units: 2,
  compared_read_units: 1,
  note_write_units: 2,
  execution_write_units: 10,
  lane_write_units: 2,
  executions_per_turn: 4,
  execution_read_units: 5,
  publish_read_units: 3,
  publish_calls: 4,
  send_calls: 10,
  sending_cpu_ms: 20,
  target_ms: 100,
  sent_bytes: 1_024,
  execution_kept_bytes: 2_048,
  row_overhead_bytes: 100,
  trace_share: 0.05,
};

/** One delivery a second, one lane, a window of one second: two events a batch. */
const WORKLOAD: Workload = {
  deliveries_per_month: 720_000,
  body_bytes: 10_240,
  correlation: true,
  retention_days: 30,
  hours_per_month: 200,
  batch_window_seconds: 1,
  parallelization: 1,
  traces: false,
  connections: 0,
  executions: 0,
  issues: 0,
  reconcile_rate: 2,
  region: 'us-east-1',
};

describe('write units', () => {
  it('are the size in KB and a half, because sizes differ and each KB begun counts', () => {
    expect(writeUnits(2_048)).toBe(2.5);
    expect(writeUnits(100)).toBe(1);
  });

  it('of an update are those of event and fields, and two entries', () => {
    // Event: 512 + 1,024 = 1,536 B: 2 units. Fields: 512 B: 1 unit.
    expect(ingestWrites(MEASURED, 10_240, 'update')).toEqual({ calls: 2, table_units: 3, index_units: 2 });
  });

  it('of a creation have an alias and a place in its project beside it', () => {
    expect(ingestWrites(MEASURED, 10_240, 'creation')).toEqual({ calls: 3, table_units: 4, index_units: 3 });
  });

  it('of a comment are an event of an issue and its alias, of a commit an event of none', () => {
    expect(ingestWrites(MEASURED, 10_240, 'recorded')).toEqual({ calls: 2, table_units: 3, index_units: 2 });
    expect(ingestWrites(MEASURED, 10_240, 'commit')).toEqual({ calls: 1, table_units: 2, index_units: 1 });
  });

  it('of rows are those of ingest and of correlation, since both are in the stream', () => {
    expect(rowUnits(MEASURED, ASSUMED, 10_240)).toBe(5);
  });
});

describe('time', () => {
  it('of ingest is CPU at the processors it has, starts, and writes one after the other', () => {
    // Half a processor for 1,024 MB: (2 + 1 % of 200) / 0.5 = 8 ms, and 2 x 5 ms.
    const half = { ...ASSUMED, mb_per_processor: 2_048 };
    expect(processors(half, 1_024)).toBe(0.5);
    expect(ingestMs(MEASURED, half, 10_240)).toBe(18);
  });

  it('has one processor at most, because a thread cannot use two', () => {
    expect(processors(ASSUMED, 8_192)).toBe(1);
  });

  it('of a batch is CPU, calls to the table and five calls to S3', () => {
    // 20 ms + 10 x 5 ms + 5 x 30 ms.
    expect(batchMs(MEASURED, ASSUMED, 1)).toBe(220);
    // 20 + 99 x 10 ms; (15 + 198 - 5) x 5 ms; 150 ms.
    expect(batchMs(MEASURED, ASSUMED, 100)).toBe(2_200);
  });

  it('is charged with the memory', () => {
    expect(gbSeconds(1_000, 250, 2_048)).toBe(500);
  });

  it('of a sweep grows with the events of ninety minutes', () => {
    expect([SWEPT_MINUTES, LOOKS_PER_EVENT]).toEqual([90, 6]);
    expect(sweepMs(MEASURED, ASSUMED, 2_000)).toBe(300);
  });
});

describe('batches', () => {
  it('are the first event and those of one window', () => {
    expect(batchesAt({ at_once: 1, window_seconds: 1 }, 4)).toEqual({
      events: 5,
      per_second: 0.8,
    });
  });

  it('hold a hundred at most', () => {
    expect(batchesAt({ at_once: 1, window_seconds: 1 }, 1_000)).toEqual({
      events: 100,
      per_second: 10,
    });
  });

  it('come from more shards when the table has grown', () => {
    expect([shardsAt(ASSUMED, 10), shardsAt(ASSUMED, 4_000), shardsAt(ASSUMED, 4_001)]).toEqual([4, 4, 5]);
  });
});

describe('a bill', () => {
  const bill = billOf(WORKLOAD, MEASURED, { ...ASSUMED, shards: 1 });
  const row = (what: string) => bill.rows.find((one) => one.what === what);
  const usd = (what: string) => row(what)?.usd;

  it('is for the deliveries of the hours in which they come', () => {
    expect(deliveriesPerSecond(WORKLOAD)).toBe(1);
    expect(deliveriesPerSecond(DEFAULT_WORKLOAD)).toBeCloseTo(1.389, 3);
  });

  it('prices requests at the gateway by 512 KB begun', () => {
    expect(usd('HTTP API requests, in units of 512 KB')).toBeCloseTo(0.72, 6);
    const large = billOf({ ...WORKLOAD, body_bytes: 524_289 }, MEASURED, ASSUMED);
    expect(large.rows[0]?.quantity).toBe(1_440_000);
  });

  it('prices ingest by requests and by GB-seconds', () => {
    expect(usd('ingest: requests')).toBeCloseTo(0.144, 6);
    // 2 + 2 + 10 ms: 720,000 x 0.014 s x 1 GB = 10,080 GB-s at 13.3334 for a million.
    expect(row('ingest: 14 ms of 1024 MB each')?.quantity).toBeCloseTo(10_080, 6);
    expect(usd('ingest: 14 ms of 1024 MB each')).toBeCloseTo(0.1344, 4);
  });

  it('prices correlate by its batches: one of two events every two seconds', () => {
    // One event a second on one lane: 1 + 1 x 1 s = 2 events, half a batch a second.
    expect(row('correlate: requests')?.quantity).toBe(360_000);
    // 20 + 10 ms, (15 + 2 - 5) x 5 ms, 150 ms: 240 ms of 1,769 / 1,024 GB.
    expect(row('correlate: 240 ms of 1769 MB each')?.quantity).toBeCloseTo(149_259.375, 6);
  });

  it('prices every write unit, indexes beside rows', () => {
    expect(usd('ingest writes: rows')).toBeCloseTo(1.35, 6);
    expect(usd('ingest writes: indexes')).toBeCloseTo(0.9, 6);
    expect(usd('correlation writes, indexes included')).toBeCloseTo(0.9, 6);
  });

  it('prices reads of correlation and of the sweep, which looks six times, and none of the stream', () => {
    expect(row('correlation reads')?.quantity).toBe(11_520_000);
    expect(row('sweep reads')?.quantity).toBeCloseTo(4_320_000, 3);
    expect(usd('stream, as Lambda reads it (free)')).toBe(0);
  });

  it('prices storage with what DynamoDB adds to each row and entry', () => {
    // 1,536 + 100 + 100 + 100 B and four times 100 B, 720,000 times.
    expect(row('storage: events of 30 days')?.quantity).toBeCloseTo((2_236 * 720_000) / 1_073_741_824, 9);
  });

  it('prices three puts and two gets for each batch', () => {
    expect(usd('puts: document, latest, summary')).toBeCloseTo(5.4, 6);
    expect(usd('gets: latest, summary')).toBeCloseTo(0.288, 6);
  });

  it('keeps documents, and earlier versions of the latest one for seven days', () => {
    // 360,000 documents of two events.
    const documents = row("storage: a month's documents, which stay")?.quantity;
    expect(documents).toBeCloseTo(1_440_000_000 / 1_073_741_824, 9);
    const latest = row('storage: earlier versions of latest.json')?.quantity;
    expect(latest).toBeCloseTo((4_500 * 360_000 * 7) / 30 / 1_073_741_824, 9);
  });

  it('prices log lines by where they are written', () => {
    // 720,000 x (400 + 200 + 400 + 400) B, 360,000 x (400 + 200 + 300) B, 2,920 x 400 B.
    const bytes = 1_008_000_000 + 324_000_000 + 1_168_000;
    expect(row('logs: ingestion')?.quantity).toBeCloseTo(bytes / 1_073_741_824, 9);
  });

  it('prices traces of the first request of a second and a twentieth of the others', () => {
    // Ingest at one a second: 0.63212 + 0.05 x 0.36788; correlate at a half: 0.39347 + 0.05 x 0.10653.
    const traced = billOf({ ...WORKLOAD, traces: true }, MEASURED, { ...ASSUMED, shards: 1 });
    const line = traced.rows.find(({ what }) => what === 'traces recorded');
    expect(line?.quantity).toBeCloseTo(720_000 * (0.650514 + 0.398796) + 2_920, -1);
    expect(row('traces recorded')?.quantity).toBe(0);
  });

  it('prices a metric by the hours in which it has a value', () => {
    // Three for 200 of 730 hours; thirteen of ours and two of the gateway for a twentieth.
    expect(row('custom metrics')?.quantity).toBeCloseTo((3 * 200) / 730 + 15 * 0.05, 9);
  });

  it('asks for the secret every five minutes of each process', () => {
    // 1 + 3 x 0.014 processes, 12 an hour, 200 hours.
    expect(row('calls, by each process every 5 minutes')?.quantity).toBeCloseTo(2_500.8, 6);
  });

  it('notes the use of a connection once a minute, and reads its row every 30 s, for each process', () => {
    const through = (connections: number) => billOf({ ...WORKLOAD, connections }, MEASURED, ASSUMED);
    const quantity = (connections: number, what: string) =>
      through(connections).rows.find((one) => one.what === `connections: ${what}`)?.quantity;
    // 12,000 minutes; 1 + 3 x 0.014 processes; 60 (30) deliveries a minute (half) of the one connection: none is empty.
    expect(quantity(1, 'notes of their use')).toBeCloseTo(12_000 * 1.042 * 2, 3);
    expect(quantity(1, 'rows, read again after 30 s')).toBeCloseTo(24_000 * 1.042, 3);
    // So many that each delivery is the only one of its minute: one note, one read for each.
    expect(quantity(1e9, 'notes of their use')).toBeCloseTo(720_000 * 2, -1);
    expect(quantity(1e9, 'rows, read again after 30 s')).toBeCloseTo(720_000, -1);
    expect(quantity(0, 'notes of their use')).toBeUndefined();
  });

  it('pays for executions by the row and the turn, and for publishing by the delivery, whether one matches or not', () => {
    const sending = billOf({ ...WORKLOAD, executions: 1_000 }, MEASURED, ASSUMED);
    const line = (what: string) => sending.rows.find((one) => one.what.startsWith(what))?.quantity;
    // 43,800 minutes and 2,920 quarters of an hour.
    expect(line('executions: runs of publish')).toBe(46_720);
    expect(line('publish: requests')).toBe(720_000 + 46_720);
    // A processor for each: 20 ms of CPU, and calls of 5 ms.
    expect(line('publish: 40 ms')).toBeCloseTo((766_720 * 0.04 * 1_024) / 1_024, 6);
    expect(line('send: requests')).toBe(250);
    expect(line('send: 170 ms')).toBeCloseTo(250 * 0.17, 6);
    expect(line('executions: rows')).toBe(10_000 + 500);
    expect(line('executions: what is read')).toBe(766_720 * 3 + 5_000);
    expect(line('executions: sent')).toBeCloseTo(1_000 / 1_024 ** 2, 12);
    expect(bill.rows.filter(({ what }) => /executions|publish|send/.test(what))).toEqual([]);
  });

  it('adds up, and gives each line its share', () => {
    const sum = bill.rows.reduce((total, one) => total + one.usd, 0);
    expect(bill.usd).toBeCloseTo(sum, 9);
    expect(bill.usd_per_million_deliveries).toBeCloseTo((sum * 1_000_000) / 720_000, 9);
    expect(bill.rows.reduce((total, one) => total + one.share, 0)).toBeCloseTo(1, 9);
  });

  it('has nothing of correlation when that is off', () => {
    const off = billOf({ ...WORKLOAD, correlation: false }, MEASURED, ASSUMED);
    const text = off.rows.map(({ component, what }) => `${component} ${what}`).join('\n');
    expect(text).not.toMatch(/correlat|sweep|S3|stream|latest/);
    expect(billText(off)).toContain('correlation off');
    expect(billText(bill)).toContain('correlation on');
  });

  it('counts a price for a million as one for a million, and any other as for one', () => {
    expect(usdOf({ usd: 5, unit: 'million requests', origin: 'AWS page', page: 'x' }, 2_000_000)).toBe(10);
    expect(usdOf({ usd: 0.4, unit: 'secret and month', origin: 'AWS page', page: 'x' }, 2)).toBe(0.8);
  });
});
