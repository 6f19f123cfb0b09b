import type { StoredEvent } from '../store/events/event-row.ts';
import { awaitProcessing } from '../store/events/processing.ts';
import { lowerSweepMark } from '../store/events/progress.ts';
import { type EventStore, prepareEventBody, releaseEvent } from '../store/events/put-event.ts';
import { lowerPublishMark } from '../store/executions/publish-mark.ts';
import { OTHER_SITE } from './connections/read-through.ts';

/** How an event that was kept aside is read now. */
type ReadNow = Pick<StoredEvent, 'outcome' | 'facts' | 'warnings'>;

/** True for an event that was refused, or was of another site, and now is neither: whoever writes of it, releases it. */
export const isReleasedBy = (before: StoredEvent, { warnings }: Pick<StoredEvent, 'warnings'>): boolean =>
  before.outcome === 'quarantined' || (isOfOtherSite(before) && !isOfOtherSite({ warnings }));

const isOfOtherSite = ({ warnings = [] }: Pick<StoredEvent, 'warnings'>): boolean =>
  warnings.includes(OTHER_SITE);

/**
 * Stores an event that was kept aside as it is read now. It keeps its place, time and identifier. Should this process
 * end before correlation has seen it, the sweep comes back to it, and so does that of subscriptions.
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
  // What leaves quarantine is no insert: no stream brings it to those that publish.
  await lowerPublishMark(place, lower);
  // Before: should this end in between. After: whoever read the event as it was may have written down that it is done.
  await awaitProcessing(place, event.event_id);
  const released = await releaseEvent(events, { before, event }, body, now_ms, signal);
  await awaitProcessing(place, event.event_id);
  return released;
};
