import pRetry from 'p-retry';
import { putProcessing } from '../../store/processing.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import { eventsToPark } from './events-to-park.ts';
import { reasonOf } from './reason.ts';
import type { UnitResult } from './run-unit.ts';
import { BACKOFF } from './scope.ts';
import type { Due } from './units.ts';

const statusOf = ({ unit, reason }: UnitResult): 'processed' | 'failed' | 'not_needed' => {
  if (reason !== null) return 'failed';
  return unit.kind === 'nothing' ? 'not_needed' : 'processed';
};

const writeAll = async (deps: BatchDeps, result: UnitResult, events: Due[]): Promise<string[]> => {
  const { attempts, reason } = result;
  const status = statusOf(result);
  const unwritten: string[] = [];
  for (const { event_id, expires_at } of events) {
    const processed = { event_id, status, attempts, reason, expires_at };
    const write = () =>
      putProcessing(deps.table, deps.tenant, processed, deps.clock(), newScope(deps).signal);
    await pRetry(write, BACKOFF).catch((fault) => {
      deps.log.error({ event_id, reason: reasonOf(fault) }, 'processing could not be written down');
      unwritten.push(event_id);
    });
  }
  return unwritten;
};

/**
 * Writes down what became of a unit's events: handled, or parked. Never rejects.
 * @returns ids of the events, or the issue, of which nothing could be written down
 */
export const writeDown = async (deps: BatchDeps, result: UnitResult): Promise<string[]> => {
  const { unit, reason } = result;
  try {
    return await writeAll(deps, result, reason === null ? unit.events : await eventsToPark(deps, unit));
  } catch (fault) {
    deps.log.error({ reason: reasonOf(fault) }, 'nothing could be parked');
    return unit.kind === 'issue' ? [unit.issue_id] : [];
  }
};
