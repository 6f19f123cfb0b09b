import type { FunctionName } from '../../contract/functions.ts';

/**
 * What the stack decides and a bill depends on. The stack is no part of this program, so the figures
 * stand here once more; a test holds them against the synthesized template.
 */
export const STACK = {
  memory_mb: { ingest: 1024, read: 512, correlate: 1769, sweep: 1769 } satisfies Record<FunctionName, number>,
  /** Batches of one shard of the stream that are handled at a time. */
  parallelization: 1,
  sweep_every_minutes: 15,
  /** Each metric that an alarm looks at is charged. */
  alarm_metrics: 31,
  dashboards: 1,
  /** Counted from the gateway's access log. */
  gateway_metrics: 2,
  log_retention_days: 30,
  /** Days for which S3 keeps what `latest.json` was before. */
  noncurrent_document_days: 7,
  retention_days: 30,
} as const;
