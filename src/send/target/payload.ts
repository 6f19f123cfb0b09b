import type { Execution } from '../../domain/execution.ts';
import { toUtcIso } from '../../domain/instant.ts';
import type { Snapshot } from '../../domain/issue.ts';
import type { Format } from '../../domain/subscription.ts';
import type { Place, Table } from '../../store/calls/table.ts';
import type { StoredEvent } from '../../store/events/event-row.ts';
import type { RawBodies } from '../../store/events/put-event.ts';
import { getEvent, toEventView } from '../../store/events/read-events.ts';
import { findIssue } from '../../store/issues/find-issue.ts';
import { toSnapshot } from '../../store/issues/snapshot-row.ts';
import { type EventBody, fitBody } from './fit-body.ts';
import { saidIssue } from './said-issue.ts';

/** Where events are stored, and raw bodies that do not fit into their items. */
export type Bodies = { table: Table; rawBodies: RawBodies };

/** The bytes to send, and the event that they were made from. */
export type Payload = { body: Uint8Array; content_type: string; event: StoredEvent };

type Wanted = Pick<Execution, 'event_id' | 'execution_id' | 'tenant_id'> & { format: Format };

/**
 * What an execution sends, made from what is stored now. Null if its event or raw body has expired or was erased.
 * @throws UnavailableError
 */
export const readPayload = async (
  { table, rawBodies }: Bodies,
  { event_id, execution_id, tenant_id, format }: Wanted,
  nowMs: number,
  signal: AbortSignal,
): Promise<Payload | null> => {
  const place = { table, tenant: tenant_id, signal };
  const found = await getEvent(place, event_id, nowMs);
  if (found === null) return null;
  const { event } = found;
  const rawOf = async () => found.raw ?? rawBodies.get(event_id, signal);
  if (format === 'event') {
    const issue = await readIssue(place, event, rawOf);
    const body = Buffer.from(fitBody(bodyOf(event, execution_id, issue)));
    return { body, content_type: 'application/json', event };
  }
  const raw = await rawOf();
  return raw && { body: raw, content_type: contentTypeOf(event), event };
};

/** The content type as it was received. Older events have none; all bodies accepted so far are JSON. */
const contentTypeOf = ({ headers }: StoredEvent): string => {
  const said = headers?.['content-type'] ?? '';
  return /^[\x21-\x7e][\x20-\x7e]*$/.test(said) ? said : 'application/json';
};

type FoundIssue = Pick<EventBody['data'], 'issue' | 'issue_source'>;

const readIssue = async (
  place: Place,
  event: StoredEvent,
  rawOf: () => Promise<Uint8Array | null>,
): Promise<FoundIssue> => {
  const snapshot = await readSnapshot(place, event);
  if (snapshot !== null) return { issue: snapshot, issue_source: 'snapshot' };
  const said = event.facts?.issue_id || event.facts?.issue_key ? saidIssue(event, await rawOf()) : null;
  return { issue: said, issue_source: said === null ? 'none' : 'body' };
};

const readSnapshot = async (place: Place, { facts }: StoredEvent): Promise<Snapshot | null> => {
  const named = facts?.issue_id ?? facts?.issue_key ?? null;
  const found = named === null ? null : await findIssue(place, named);
  return found?.row ? toSnapshot(place.tenant, found.issue_id, found.row, found.superseded_by) : null;
};

const bodyOf = (event: StoredEvent, execution_id: string, { issue, issue_source }: FoundIssue): EventBody => {
  const { changes, processing: _, ...view } = toEventView(event);
  const version = issue !== null && 'version' in issue ? issue.version : null;
  return {
    type: view.event_type ?? event.source,
    timestamp: view.occurred_at ?? toUtcIso(event.received_ms),
    data: { event: view, issue, issue_source, changes, version, execution_id },
    truncated: [],
  };
};
