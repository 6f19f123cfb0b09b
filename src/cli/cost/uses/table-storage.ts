import { eventBytes, snapshotBytes } from '../table-units.ts';
import { BYTES_PER_GB, DAYS_OF_MONTH, type Facts, linesOf, type Use } from '../use.ts';

const line = linesOf('DynamoDB');

/** An event with its entries, and with correlation its status; each row and entry has DynamoDB's own bytes. */
const bytesPerEvent = ({ workload, measured, assumed }: Facts): number => {
  const event = eventBytes(measured, workload.body_bytes);
  const entries = measured.by_issue_entry_bytes + measured.by_day_entry_bytes;
  const status = workload.correlation ? measured.status_row_bytes + assumed.row_overhead_bytes : 0;
  return event + entries + 3 * assumed.row_overhead_bytes + status;
};

/** What a month adds that does not expire: its new issues and its new commits. */
const stayingBytes = ({ workload, measured, assumed }: Facts): number => {
  const { deliveries_per_month, body_bytes, correlation } = workload;
  const overhead = assumed.row_overhead_bytes;
  const snapshot = snapshotBytes(measured, body_bytes);
  // All rows were measured with a body of usual size; one with a large body has more in its snapshot.
  const issue = correlation
    ? Math.max(measured.issue_rows_bytes, snapshot) + measured.issue_rows * overhead
    : snapshot + overhead;
  const commit = correlation ? measured.commit_rows_bytes + measured.commit_rows * overhead : 0;
  return deliveries_per_month * (assumed.creation_share * issue + assumed.commit_share * commit);
};

/** Storage once the first events have expired; what stays is what one month adds. */
export const tableStorageUse = (facts: Facts): Use[] => {
  const { deliveries_per_month, retention_days } = facts.workload;
  const months = retention_days / DAYS_OF_MONTH;
  const events_gb = (deliveries_per_month * months * bytesPerEvent(facts)) / BYTES_PER_GB;
  const staying_gb = stayingBytes(facts) / BYTES_PER_GB;
  return [
    line(`storage: events of ${retention_days} days`, events_gb, 'GB-months', 'dynamodb_gb_month'),
    line("storage: a month's issues and commits, which stay", staying_gb, 'GB-months', 'dynamodb_gb_month'),
    line('point-in-time recovery', events_gb + staying_gb, 'GB-months', 'dynamodb_recovery_gb_month'),
  ];
};
