import { BATCH_SIZE } from '../../contract/stream.ts';
import { chunks } from '../../platform/chunks.ts';
import { listParked } from '../../store/parked.ts';
import { readProcessing } from '../../store/processing.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import { processBatch } from './process-batch.ts';

/** Three tries in each sweep of a day: what fails for longer is no outage, and waits for a replay. */
const MOST_ATTEMPTS = 288;

const stillRetried = async (
  { table }: BatchDeps,
  eventIds: string[],
  signal: AbortSignal,
): Promise<string[]> => {
  const processing = await readProcessing(table, eventIds, signal);
  return eventIds.filter((_, index) => {
    const { status, attempts } = processing[index] ?? {};
    return status === 'failed' && Number(attempts) < MOST_ATTEMPTS;
  });
};

/**
 * Tries events again that were parked because the table or the artifact store did not answer, each once: an outage
 * of seconds is over before anybody reads of it. What fails again is parked anew, behind the others.
 * @returns how many were tried
 */
export const retryParked = async (deps: BatchDeps): Promise<number> => {
  const query = { tenant: deps.tenant, retryable: true, before_ms: deps.clock() };
  const newSignal = () => newScope(deps).signal;
  let tried = 0;
  for await (const page of listParked(deps.table, query, newSignal)) {
    const due = await stillRetried(deps, page, newSignal());
    tried += due.length;
    for (const chunk of chunks(due, BATCH_SIZE))
      await processBatch(
        deps,
        chunk.map((event_id) => ({ kind: 'event', event_id })),
      );
  }
  return tried;
};
