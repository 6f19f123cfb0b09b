import { BATCH_SIZE } from '../../contract/stream.ts';
import { chunks } from '../../platform/chunks.ts';
import type { BatchDeps } from './batch-deps.ts';
import { type BatchResult, processBatch } from './process-batch.ts';

/**
 * Processes stored events as the stream would bring them, and tells what each batch of them came to. `events`: how many
 * were in it.
 * @throws UnavailableError
 */
export async function* processEvents(
  deps: BatchDeps,
  eventIds: string[],
): AsyncGenerator<BatchResult & { events: number }> {
  for (const ids of chunks(eventIds, BATCH_SIZE)) {
    yield { events: ids.length, ...(await processBatch(deps, ids)) };
  }
}
