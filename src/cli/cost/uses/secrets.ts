import { ingestMs } from '../ingest.ts';
import { type Facts, linesOf, SWEEPS_PER_MONTH, type Use } from '../use.ts';
import { deliveriesPerSecond } from '../workload.ts';

const line = linesOf('Secrets Manager');

/** A process looks at the secret again after five minutes (`src/verify/secret-cache.ts`). */
const LOOKS_PER_HOUR = 12;

const calls = ({ workload, measured, assumed }: Facts): number => {
  const duration_seconds = ingestMs(measured, assumed, workload.body_bytes) / 1_000;
  const busy = deliveriesPerSecond(workload) * duration_seconds;
  const processes = 1 + assumed.processes_per_busy * busy;
  return processes * LOOKS_PER_HOUR * workload.hours_per_month;
};

/** The secret, and the schedule of the sweep. */
export const secretUse = (facts: Facts): Use[] => [
  line('one secret', 1, 'secrets', 'secret_month'),
  line('calls, by each process every 5 minutes', calls(facts), 'calls', 'secret_call'),
  ...(facts.workload.correlation
    ? [linesOf('EventBridge')('runs of the sweep', SWEEPS_PER_MONTH, 'runs', 'schedule_run')]
    : []),
];
