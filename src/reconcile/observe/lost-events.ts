import { DAY_MS, parseInstant } from '../../domain/instant.ts';
import type { LastEvent } from '../../domain/issue.ts';
import { OBSERVED } from '../../senders/jira/observation.ts';
import { eventKey } from '../../store/calls/keys.ts';
import { readRowsOf } from '../../store/calls/rows.ts';
import type { TableCall } from '../../store/calls/table.ts';
import type { KnownIssue } from '../../store/issues/snapshot-row.ts';

/**
 * Which events are put again that a crash between an issue's row and its event has lost. `observations`: those of
 * observations, on a page that is repeated. `old`: all that are older than a day, as no sender repeats them any more.
 */
export type LostKind = 'observations' | 'old';

/** Ids of the last events of these issues that should still be stored but are missing. */
export const findLostEvents = async (
  place: TableCall,
  known: readonly KnownIssue[],
  restore: readonly LostKind[],
  { now_ms, retention_days }: { now_ms: number; retention_days: number },
): Promise<ReadonlySet<string>> => {
  const isDue = (event: LastEvent): boolean => {
    const age_ms = now_ms - (parseInstant(event.received_at) ?? 0);
    if (age_ms >= retention_days * DAY_MS) return false;
    if (restore.includes('old') && age_ms > DAY_MS) return true;
    // The event type is reason enough to check: a missing event is put from what Jira shows.
    return restore.includes('observations') && event.event_type === OBSERVED;
  };
  const events = known.flatMap(({ fields }) => (fields && isDue(fields.last_event) ? fields.last_event : []));
  const ids = events.map(({ event_id }) => event_id);
  const rows = await readRowsOf(place, ids, eventKey);
  return new Set(rows.flatMap(([id, row]) => (row === null ? [id] : [])));
};
