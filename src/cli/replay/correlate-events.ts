import { BATCH_SIZE } from '../../contract/stream.ts';
import { processEvents } from '../../correlate/run/process-batch.ts';
import type { SweepDeps } from '../../correlate/run/sweep-events.ts';
import { showProgress } from '../shared/progress.ts';

/** `failed`: what was parked, or could not even be written down; `documents`: keys of the run documents. */
export type Correlated = { events: number; failed: number; documents: string[] };

/** Correlates stored events again, as the stream would bring them. */
export const correlateEvents = async (store: SweepDeps, eventIds: string[]): Promise<Correlated> => {
  const progress = showProgress('correlating batches', Math.ceil(eventIds.length / BATCH_SIZE));
  const correlated: Correlated = { events: eventIds.length, failed: 0, documents: [] };
  for await (const { run, failed, unwritten, complete } of processEvents(store, eventIds)) {
    correlated.failed += complete || failed > 0 ? failed : Math.max(1, unwritten.size);
    if (run) correlated.documents.push(run.key);
    progress.step();
  }
  progress.stop();
  return correlated;
};

/** The result for people; the last document is the one `latest.json` shows. */
export const describeCorrelated = ({ events, failed, documents }: Correlated): string => {
  const last = documents.at(-1);
  const parts = [`correlated ${events} ${events === 1 ? 'event' : 'events'}`];
  if (failed > 0) parts.push(`${failed} failed: npm run event -- ID shows the reason`);
  if (last) parts.push(`last run document: ${last}`);
  return parts.join('; ');
};
