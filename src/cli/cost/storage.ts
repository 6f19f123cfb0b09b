import { GETS_PER_BATCH, LOOKS_PER_EVENT, PUTS_PER_BATCH, processesOf } from './functions.ts';
import { BYTES_PER_GB, DAYS_OF_MONTH, objects, read, table, type Use, write } from './lines.ts';
import { eventBytes, ingestWrites, type Month, mean, snapshotBytes } from './month.ts';
import { deliveriesPerSecond, STACK, trafficSeconds } from './workload.ts';

/** On-demand write and read request units; every index is charged besides the table. */
export const tableRequestUse = (month: Month): Use[] => [
  ...ingestRequests(month),
  ...(month.workload.correlation ? correlationRequests(month) : []),
];

const ingestRequests = ({ workload, measured, assumed }: Month): Use[] => {
  const { deliveries_per_month, body_bytes } = workload;
  const units = (part: 'table_units' | 'index_units'): number =>
    deliveries_per_month * mean(assumed, (kind) => ingestWrites(measured, body_bytes, kind)[part]);
  return [
    write('ingest writes: rows', units('table_units')),
    write('ingest writes: indexes', units('index_units')),
  ];
};

const correlationRequests = ({ workload, measured, assumed }: Month): Use[] => {
  const { deliveries_per_month } = workload;
  const writes = mean(assumed, (kind) => measured[`${kind}_write_units`]);
  const reads = mean(assumed, (kind) => measured[`${kind}_read_units`]);
  const looked_at = deliveries_per_month * LOOKS_PER_EVENT;
  return [
    write('correlation writes, indexes included', deliveries_per_month * writes),
    read('correlation reads', deliveries_per_month * reads),
    read('sweep reads', (looked_at / 1_000) * measured.sweep_read_units_per_1000),
    read('stream, as Lambda reads it (free)', 0),
  ];
};

/** Storage once the first events have expired. Of what never expires, only the addition of one month counts. */
export const tableStorageUse = (month: Month): Use[] => {
  const { deliveries_per_month, retention_days } = month.workload;
  const months = retention_days / DAYS_OF_MONTH;
  const events_gb = (deliveries_per_month * months * bytesPerEvent(month)) / BYTES_PER_GB;
  const staying_gb = stayingBytes(month) / BYTES_PER_GB;
  return [
    table(`storage: events of ${retention_days} days`, events_gb, 'GB-months', 'dynamodb_gb_month'),
    table("storage: a month's issues and commits, which stay", staying_gb, 'GB-months', 'dynamodb_gb_month'),
    table('point-in-time recovery', events_gb + staying_gb, 'GB-months', 'dynamodb_recovery_gb_month'),
  ];
};

/** An event with its index entries and, with correlation, its status; DynamoDB adds its overhead to each of them. */
const bytesPerEvent = ({ workload, measured, assumed }: Month): number => {
  const event = eventBytes(measured, workload.body_bytes);
  const entries = measured.by_issue_entry_bytes + measured.by_day_entry_bytes;
  const status = workload.correlation ? measured.status_row_bytes + assumed.row_overhead_bytes : 0;
  return event + entries + 3 * assumed.row_overhead_bytes + status;
};

/** What a month adds that does not expire: its new issues and its new commits. */
const stayingBytes = ({ workload, measured, assumed }: Month): number => {
  const { deliveries_per_month, body_bytes, correlation } = workload;
  const overhead = assumed.row_overhead_bytes;
  const snapshot = snapshotBytes(measured, body_bytes);
  // The rows were measured with a body of usual size; a larger body makes a larger snapshot.
  const issue = correlation
    ? Math.max(measured.issue_rows_bytes, snapshot) + measured.issue_rows * overhead
    : snapshot + overhead;
  const commit = correlation ? measured.commit_rows_bytes + measured.commit_rows * overhead : 0;
  return deliveries_per_month * (assumed.creation_share * issue + assumed.commit_share * commit);
};

/**
 * Run documents, and earlier versions of the latest one. Raw bodies too large for the table are left out: only bodies
 * of some megabytes exceed 380 kB when compressed.
 */
export const artifactUse = ({ measured, workload, batches, batches_per_month }: Month): Use[] => {
  if (!workload.correlation) return [];
  const document_bytes = measured.document_bytes * batches.events;
  const documents_gb = (batches_per_month * document_bytes) / BYTES_PER_GB;
  const latest_gb = (batches_per_month * (document_bytes + measured.summary_bytes)) / BYTES_PER_GB;
  const kept_months = STACK.noncurrent_document_days / DAYS_OF_MONTH;
  return [
    objects('puts: document, latest, summary', batches_per_month * PUTS_PER_BATCH, 'requests', 's3_put'),
    objects('gets: latest, summary', batches_per_month * GETS_PER_BATCH, 'requests', 's3_get'),
    objects("storage: a month's documents, which stay", documents_gb, 'GB-months', 's3_gb_month'),
    objects('storage: earlier versions of latest.json', latest_gb * kept_months, 'GB-months', 's3_gb_month'),
  ];
};

/** A process writes the last use of a connection at most once a minute, and reads its row again after 30 s. */
const NOTE_SECONDS = 60;
const CACHE_SECONDS = 30;

/**
 * What it adds if all deliveries come through connections, spread evenly. Their alarm exists in any case, and requests
 * to manage them are rare.
 */
export const connectionUse = (month: Month): Use[] => [
  write(
    'connections: notes of their use',
    periodsWithAny(month, NOTE_SECONDS) * month.assumed.note_write_units,
  ),
  read('connections: rows, read again after 30 s', periodsWithAny(month, CACHE_SECONDS)),
];

/** The number of periods with a delivery, summed over processes and connections. Deliveries arrive at random. */
const periodsWithAny = (month: Month, seconds: number): number => {
  const { workload } = month;
  const processes = processesOf(month);
  const expected = (deliveriesPerSecond(workload) * seconds) / (workload.connections * processes);
  const periods = trafficSeconds(workload) / seconds;
  return workload.connections * processes * periods * (1 - Math.exp(-expected));
};
