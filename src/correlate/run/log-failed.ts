import { toPhoenixIso } from '../../domain/instant.ts';
import type { BatchDeps } from './batch-deps.ts';

/** So many ids are told; a line is no list of thousands. */
const MOST_TOLD = 20;

/** The line behind the alarm `ProcessingFailed`: runbooks search for it. */
export const logFailed = (
  { clock, log }: Pick<BatchDeps, 'clock' | 'log'>,
  eventIds: string[],
  more: object,
  message: string,
): void => {
  const event_ids = eventIds.slice(0, MOST_TOLD);
  log.error({ alarm: 'processing-failed', generated_at: toPhoenixIso(clock()), event_ids, ...more }, message);
};
