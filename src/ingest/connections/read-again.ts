import type { Problem } from '../../domain/delivery.ts';
import { CONNECTION_KINDS, type ConnectionKind, type EventSource } from '../../domain/source.ts';
import type { TableCall } from '../../store/calls/table.ts';
import { getConnection } from '../../store/connections/connection-row.ts';
import { readSite } from '../../store/connections/tenants.ts';
import type { StoredEvent } from '../../store/events/event-row.ts';
import { type DeliveryRead, readDelivery } from '../read-delivery.ts';
import { OTHER_SITE, ofNoIssue, readThrough, saidBeside } from './read-through.ts';

type Read = { read: DeliveryRead; warnings: string[] | undefined };

/**
 * Reads a stored body again. What came through a made connection is read as the connection would have it now: its people
 * may have allowed more since, or less.
 * @throws UnavailableError, UnreadableRowError when that cannot be known
 */
export const readAgain = async (
  place: TableCall,
  event: StoredEvent,
  body: Uint8Array,
  nowMs: number,
): Promise<Read> => {
  const { connection_id, source } = event;
  if (connection_id === undefined || !isConnectionKind(source))
    return { read: readDelivery(event, body, nowMs), warnings: event.warnings };
  const row = await getConnection(place, connection_id);
  // What nobody signed is judged by its receipt: now it could be ahead of that.
  const atMs = source === 'automation' ? event.received_ms : nowMs;
  if (row === null) return readWithout(place, event, source, body, atMs);
  const { read, warnings } = readThrough(row, saidBeside(event), body, atMs);
  return { read, warnings: warnings.length > 0 ? warnings : undefined };
};

const isConnectionKind = (source: EventSource): source is ConnectionKind =>
  CONNECTION_KINDS.some((kind) => kind === source);

/**
 * Nobody can be asked any more: what the connection found when the event was taken stands. What it could not read then
 * is held to its tenant's site now.
 */
const readWithout = async (
  place: TableCall,
  event: StoredEvent,
  kind: ConnectionKind,
  body: Uint8Array,
  nowMs: number,
): Promise<Read> => {
  const { tenant, facts, problem, warnings } = event;
  if (problem && isOfRules(problem)) return { read: { kind: 'refused', problem }, warnings };
  const site_url = event.outcome === 'quarantined' ? await readSite({ ...place, tenant }) : null;
  const known = { site_url, site_hosts: [], project_keys: [] };
  const rules = { tenant_id: tenant, kind, ...known, default_event_type: facts?.event_type ?? null };
  const again = readThrough(rules, saidBeside(event), body, nowMs);
  const isApart = warnings?.includes(OTHER_SITE) === true;
  return again.read.kind === 'read' && isApart ? { read: ofNoIssue(again.read), warnings } : again;
};

/** True for a refusal that a rule of a connection made, not the body's form. */
const isOfRules = ({ type }: Problem): boolean =>
  type === 'project-not-allowed' || type === 'tenant-mismatch';
