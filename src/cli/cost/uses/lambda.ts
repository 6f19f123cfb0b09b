import { batchMs } from '../batches.ts';
import { ingestMs } from '../ingest.ts';
import { gbSeconds } from '../processor.ts';
import { STACK } from '../stack-facts.ts';
import { LOOKS_PER_EVENT, sweepMs } from '../sweep.ts';
import { batchesPerMonth, type Facts, linesOf, SWEEPS_PER_MONTH, type Use } from '../use.ts';

const line = linesOf('Lambda');

const invocations = (name: keyof typeof STACK.memory_mb, times: number, duration_ms: number): Use[] => {
  const memory_mb = STACK.memory_mb[name];
  const each = `${name}: ${duration_ms.toFixed(0)} ms of ${memory_mb} MB each`;
  return [
    line(`${name}: requests`, times, 'requests', 'lambda_request'),
    line(each, gbSeconds(times, duration_ms, memory_mb), 'GB-seconds', 'lambda_arm_gb_second'),
  ];
};

/** Requests and GB-seconds of each function. What people ask the read function is their own. */
export const lambdaUse = (facts: Facts): Use[] => {
  const { workload, measured, assumed, batches } = facts;
  const { deliveries_per_month, body_bytes } = workload;
  const ingest = invocations('ingest', deliveries_per_month, ingestMs(measured, assumed, body_bytes));
  if (!workload.correlation) return ingest;
  const swept = (deliveries_per_month * LOOKS_PER_EVENT) / SWEEPS_PER_MONTH;
  return [
    ...ingest,
    ...invocations('correlate', batchesPerMonth(facts), batchMs(measured, assumed, batches.events)),
    ...invocations('sweep', SWEEPS_PER_MONTH, sweepMs(measured, assumed, swept)),
  ];
};
