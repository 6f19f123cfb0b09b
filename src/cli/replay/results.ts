import type { Replayed } from '../../ingest/replay.ts';
import { textTable } from '../shared/tables.ts';

/** The result for one event; `failed` if a dependency failed. */
export type Result = { event_id: string; replayed: Replayed | { kind: 'failed'; code: string } };

/** The most events to list that were not replayed. */
const MOST_NAMED = 20;

export const isDone = ({ replayed }: Result): boolean =>
  replayed.kind === 'replayed' || replayed.kind === 'released';

/** Counts of all results, and the events that were not replayed. */
export const summarize = (results: readonly Result[]): string => {
  const groups = Object.groupBy(results, (result) => describe(result).join('\n'));
  const rows = Object.entries(groups).map(([group, some = []]) => [
    ...group.split('\n'),
    String(some.length),
  ]);
  const left = results.filter((result) => !isDone(result)).slice(0, MOST_NAMED);
  const named = left.map((result) => [result.event_id, ...describe(result)]);
  const parts = [textTable(['result', 'outcome', 'events'], rows.sort())];
  if (named.length > 0) parts.push('', textTable(['not replayed', 'result', 'reason'], named));
  return parts.join('\n');
};

/** The result in words and, where there is one, the outcome or the reason. */
const describe = ({ replayed }: Result): [string, string] => {
  if (replayed.kind === 'replayed') return ['replayed', replayed.outcome];
  if (replayed.kind === 'released') return ['released from quarantine', replayed.outcome];
  if (replayed.kind === 'still-refused') return ['still refused', replayed.problem.type];
  if (replayed.kind === 'failed') return ['failed', replayed.code];
  return [replayed.kind === 'not-found' ? 'event not found' : 'body missing', '-'];
};

/** `failed`: events that failed, or whose result could not be stored; `documents`: keys of the run documents. */
export type Correlated = { events: number; failed: number; documents: string[] };

/** The result in words; the last document is the one that `latest.json` shows. */
export const describeCorrelated = ({ events, failed, documents }: Correlated): string => {
  const last = documents.at(-1);
  const parts = [`correlated ${events} ${events === 1 ? 'event' : 'events'}`];
  if (failed > 0) parts.push(`${failed} failed: npm run event -- ID shows the reason`);
  if (last) parts.push(`last run document: ${last}`);
  return parts.join('; ');
};
