import type { AlarmRow } from './alarm-row.ts';

/** Alarms about processing: the table, the functions, and correlation behind the stream. */
export const PROCESSING_ALARMS = {
  TableThrottled: {
    metric: 'tableThrottled',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'DynamoDB throttled the table or an index. Deliveries become slow, or 503.',
    first:
      'On the dashboard, see which one: a hot partition, or growth faster than on-demand capacity follows.',
    section: 'throttling',
  },
  FunctionsThrottled: {
    metric: 'ingestThrottled',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'Lambda had no free concurrency for ingest. Deliveries are answered 503.',
    first: 'Compare concurrent executions with the quota of the account and the reserved concurrency.',
    section: 'throttling',
  },
  FunctionErrors: {
    metric: 'functionErrors',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'An invocation ended with an error: it crashed, timed out, ran out of memory, or did not start.',
    first: 'Read the last log lines of the function; after a deploy, roll back first.',
    section: 'function-errors',
  },
  NearTimeout: {
    metric: 'timeoutUsed',
    minutes: 5,
    limit: { atLeast: 80 },
    wrong: 'A function used more than 80 % of its timeout.',
    first: 'See on the dashboard which one, then the longest REPORT lines of its log.',
    section: 'near-timeout',
  },
  StreamLag: {
    metric: 'streamLag',
    minutes: 5,
    limit: { atLeast: 10 * 60_000 },
    wrong:
      'Correlation is more than ten minutes behind. Nothing is lost: the stream discards records after an hour, and the sweep finds their events.',
    first:
      'Look for errors and long durations of correlate, and whether one record is retried again and again.',
    section: 'lag',
  },
  ProcessingFailed: {
    metric: 'ProcessingFailed',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'Events were parked after three tries of correlation. They are kept, and block nothing.',
    first:
      'Search the logs of correlate and sweep for processing-failed: it says why. The sweep retries what was unavailable; fix anything else, then npm run replay -- --parked.',
    section: 'failed-processing',
  },
  DocumentsUnwritten: {
    metric: 'DocumentsUnwritten',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'A run document could not be written into the artifacts bucket. Its events wait for the sweep.',
    first: 'Search the logs for document-unwritten: it gives the error of S3.',
    section: 'documents-unwritten',
  },
  SweepFound: {
    metric: 'SweepFound',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong:
      'The sweep found events that the stream did not process within 15 minutes. They are processed now.',
    first:
      'If it repeats, look at lag, at errors of correlate, at discarded batches under aws/lambda/ in the artifacts bucket, and whether the stream mapping is enabled.',
    section: 'sweep-finds',
  },
} as const satisfies Record<string, AlarmRow>;
