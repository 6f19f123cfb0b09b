import type { StoredEvent } from '../store/events/event-row.ts';
import { awaitProcessing } from '../store/events/processing.ts';
import { lowerSweepMark } from '../store/events/progress.ts';
import { type EventStore, prepareEventBody, releaseEvent } from '../store/events/put-event.ts';
import { lowerPublishMark } from '../store/executions/publish-mark.ts';
import { OTHER_SITE } from './connections/read-through.ts';

/** How an event to be released is read now. */
type ReadNow = Pick<StoredEvent, 'outcome' | 'facts' | 'warnings'>;

/** True for an event that was quarantined, or of another site, and no longer is: it must be stored by `release`. */
export const isReleasedBy = (before: StoredEvent, { warnings }: Pick<StoredEvent, 'warnings'>): boolean =>
  before.outcome === 'quarantined' || (isOfOtherSite(before) && !isOfOtherSite({ warnings }));

const isOfOtherSite = ({ warnings = [] }: Pick<StoredEvent, 'warnings'>): boolean =>
  warnings.includes(OTHER_SITE);

/**
 * Stores a quarantined event, or one of another site, as it is read now. It keeps its key, time and identifier. If this
 * process crashes before correlation has processed it, both sweeps, of correlation and of publishing, pick it up.
 * @returns false when another process has released it meanwhile
 * @throws UnavailableError
 */
export const release = async (
  events: EventStore,
  before: StoredEvent,
  now: ReadNow & { raw: Uint8Array; now_ms: number },
  signal: AbortSignal,
): Promise<boolean> => {
  const { outcome, facts, warnings, raw, now_ms } = now;
  const event = { ...before, outcome, facts, warnings, problem: null, raw_stored_apart: false };
  const body = await prepareEventBody(events, event, raw, signal);
  const place = { table: events.table, tenant: event.tenant, signal };
  const lower = { since_ms: event.received_ms, now_ms };
  await lowerSweepMark(place, lower);
  // Leaving quarantine is not an insert, so the stream does not bring the event to publishing.
  await lowerPublishMark(place, lower);
  // Called before the write in case of a crash in between, and again after it, because a concurrent run that read the
  // old event may have marked it as processed.
  await awaitProcessing(place, event.event_id);
  const released = await releaseEvent(events, { before, event }, body, now_ms, signal);
  await awaitProcessing(place, event.event_id);
  return released;
};
