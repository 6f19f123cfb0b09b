import type { Replayed } from '../../ingest/replay.ts';
import { textTable } from '../shared/text-table.ts';

/** What became of one event; `failed` when a dependency did not do its work. */
export type Result = { event_id: string; replayed: Replayed | { kind: 'failed'; code: string } };

/** Up to this many events that need somebody's attention are named. */
const MOST_NAMED = 20;

/** The result in words and, where there is one, the outcome or the reason. */
const describe = ({ replayed }: Result): [string, string] => {
  if (replayed.kind === 'replayed') return ['replayed', replayed.outcome];
  if (replayed.kind === 'released') return ['released from quarantine', replayed.outcome];
  if (replayed.kind === 'still-refused') return ['still refused', replayed.problem.type];
  if (replayed.kind === 'failed') return ['failed', replayed.code];
  return [replayed.kind === 'not-found' ? 'no such event' : 'body missing', '-'];
};

export const isDone = ({ replayed }: Result): boolean =>
  replayed.kind === 'replayed' || replayed.kind === 'released';

/** Counts of all results, and the events that were not taken in by name. */
export const summarize = (results: readonly Result[]): string => {
  const groups = Object.groupBy(results, (result) => describe(result).join('\n'));
  const rows = Object.entries(groups).map(([group, some = []]) => [
    ...group.split('\n'),
    String(some.length),
  ]);
  const left = results.filter((result) => !isDone(result)).slice(0, MOST_NAMED);
  const named = left.map((result) => [result.event_id, ...describe(result)]);
  const parts = [textTable(['result', 'outcome', 'events'], rows.sort())];
  if (named.length > 0) parts.push('', textTable(['not taken in', 'result', 'reason'], named));
  return parts.join('\n');
};
